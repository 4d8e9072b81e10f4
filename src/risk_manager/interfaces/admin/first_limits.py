"""The limits that `risk-manager init` begins with: asked for each account, by its size and stage."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import msgspec

from risk_manager.config.presets import Limits, limits_of, own_rules, shipped
from risk_manager.core.events import AccountSeen
from risk_manager.interfaces.admin.asking import ask, choose, show
from risk_manager.interfaces.admin.entrance import tell

_AMOUNT: Final = re.compile(r"-?\$?(?P<dollars>[0-9]+|[0-9]{1,3}(,[0-9]{3})+)(?P<cents>\.[0-9]{1,2})?")


def ask_for(accounts: Sequence[AccountSeen]) -> list[Limits]:
    """The limits of each account; what its name says of its kind is offered, else what was chosen for the one before.
    Raises StoppedError."""
    known = shipped()
    tell(
        f"\n3. The limits to begin with. The firm's numbers: {known.source}, {known.as_of}.\n   They may have changed."
    )
    words = [f"{one.name}: at most {one.contracts} minis, {one.own_limit} a day" for one in known.presets]
    choices = [*words, "My own numbers"]
    show(choices)
    chosen: list[Limits] = []
    usual = len(choices)
    for one in accounts:
        fitting = known.fitting(one.name or "")
        usual = known.presets.index(fitting) + 1 if fitting is not None else usual
        for_it = f" for {one.name or one.account}" if len(accounts) > 1 else ""
        usual = choose(f"Which{for_it}", choices, usual=usual) + 1
        chosen.append(limits_of(known.presets[usual - 1], known) if usual < len(choices) else _own(for_it))
    return chosen


def common(limits: Sequence[Limits]) -> Limits:
    """Those of risk_config.yaml: the strictest, since an account that is added later begins with them."""
    return max(limits, key=lambda one: one.numbers)


def guarded(accounts: Sequence[AccountSeen], limits: Sequence[Limits]) -> str:
    """The section of accounts.yaml with these accounts, each with the limits that are not the common ones."""
    lines = ["monitored_accounts:"]
    for one, its in zip(accounts, limits, strict=True):
        name = msgspec.json.encode(one.name or "").decode()
        if its.numbers == common(limits).numbers:
            lines.append(f"  - {{account_id: {one.account}, account_name: {name}}}")
        else:
            lines += [f"  - account_id: {one.account}", f"    account_name: {name}"]
            lines += [f"    {line}" for line in own_rules(its)]
    return "\n".join(lines) + "\n"


def _own(for_it: str) -> Limits:
    loss = ask(f"The most that may be lost in a day, in dollars{for_it}", _dollars)
    contracts = ask(f"The most minis at a time{for_it}", _contracts)
    return Limits("your own numbers", -loss, contracts)


def _dollars(given: str) -> Decimal:
    written = _AMOUNT.fullmatch(given)
    if written is None:
        raise ValueError(f"{given!r} is no amount. Write it like 500, or 1,250.50")
    amount = Decimal(written["dollars"].replace(",", "") + (written["cents"] or ""))
    if not Decimal(1) <= amount <= Decimal(1_000_000):
        raise ValueError("Between 1 and 1,000,000 dollars.")
    return amount


def _contracts(given: str) -> int:
    if not given.isdecimal() or not 1 <= int(given) <= 1000:
        raise ValueError(f"{given!r} is no number of contracts. Write it like 5")
    return int(given)
