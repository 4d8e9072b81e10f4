"""The accounts: which are guarded, and why one is not; from there the limits of one account alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from risk_manager.config.accounts import ACCOUNTS_FILE
from risk_manager.config.tree import Row as Rows
from risk_manager.config.tree import node_at, plain
from risk_manager.interfaces.admin import accounts
from risk_manager.interfaces.admin.accounts import AccountShown, Picture
from risk_manager.interfaces.admin.console.page import NUMBER_ROOM, Drawn, Page, Row
from risk_manager.interfaces.admin.console.rules import Place, RulesPage, tree_of
from risk_manager.interfaces.admin.entrance import House
from risk_manager.interfaces.trader.dashboard.saying import Tone, title, wrapped


class AccountsPage(Page[Picture]):
    """All that are configured, and all that the gateway has."""

    heading = "accounts"
    waits = "Asking the gateway"

    def look(self) -> Picture:
        """Ask files, guard and gateway."""
        return accounts.picture(self.console.session.house)

    def drawn(self, seen: Picture, width: int) -> Drawn:
        """Number and name, and below how it stands."""
        advice = wrapped("Enter opens the limits that one account has of its own.", width, tone=Tone.FAINT)
        if seen.trouble is not None:
            advice += wrapped(f"The gateway was not asked: {seen.trouble}", width, tone=Tone.CAUTION)
        return Drawn(advice, [_row(one, self._opens(one), width) for one in seen.accounts])

    def _opens(self, one: AccountShown) -> Callable[[], None]:
        if one.is_configured:
            return partial(self._open, one)
        return partial(
            self.tell, "It is not in accounts.yaml. Add it there: risk-manager admin config edit accounts.yaml"
        )

    def _open(self, one: AccountShown) -> None:
        self.app.push_screen(RulesPage(place_of(self.console.session.house, one)))


def _row(one: AccountShown, opens: Callable[[], object], width: int) -> Row:
    says = one.says + {None: "", True: "", False: "; the broker does not let it trade"}[one.can_trade]
    tone = Tone.GOOD if one.is_guarded and one.can_trade is not False else Tone.CAUTION
    return Row(title(f"{one.id} {one.name}".rstrip()), opens, tuple(wrapped(says, width - NUMBER_ROOM, tone=tone)))


def place_of(house: House, one: AccountShown) -> Place:
    """Where the account's own rules stand. Raises ConfigError."""
    tree = tree_of(house, Place(ACCOUNTS_FILE))
    listed = node_at(tree, ("monitored_accounts",))
    name = f"{one.id} {one.name}".rstrip()
    if isinstance(listed, Rows):
        for count, item in enumerate(listed.items, start=1):
            if (plain(item) or {}).get("account_id") == one.id:
                return Place(ACCOUNTS_FILE, ("monitored_accounts", str(count), "rules"), name)
    return Place(ACCOUNTS_FILE, ("monitored_account", "rules"), name)
