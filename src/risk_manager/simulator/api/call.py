"""One call under way: who asks, with what, when."""

from dataclasses import dataclass
from datetime import datetime

from risk_manager.simulator.api.form import Form
from risk_manager.simulator.exchange import Account, Desk, Exchange, Refusal


@dataclass(frozen=True, slots=True)
class Call:
    """What an endpoint needs to answer. `user` is the owner of the token, lower case; empty before login.

    `ordered` is a refusal that somebody ordered instead of the act.
    """

    exchange: Exchange
    desk: Desk
    form: Form
    user: str
    now: datetime
    token: str = ""
    ordered: Refusal | None = None

    def own_account(self) -> Account | None:
        """The account that the call names, if it is the user's: somebody else's is as good as unknown."""
        account = self.exchange.ledger.accounts.get(self.form.integer("accountId"))
        return account if account and account.owner.casefold() == self.user else None
