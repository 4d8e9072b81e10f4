"""RULE-010 auth_loss_guard: an account that the broker does not let trade is closed and locked.

Watches: `canTrade` of the account.
Breached: when it is false.
Then: closes everything and locks the account, open-ended.
Ends: when `canTrade` is seen true.
Blind: a lost connection or a rejected login raises a critical alert, and nothing is closed for it.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from risk_manager.core.gauge import Gauge
from risk_manager.core.rule import CloseAll, Condition, Finding, LockKind, LockWish, Rule, Topic
from risk_manager.core.settings import Action
from risk_manager.core.sight import Sight


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the admin may set."""

    action: Action = Action.CLOSE_ALL_AND_LOCKOUT
    alert_on_disconnect: bool = True
    alert_on_auth_failure: bool = True


def judge(sight: Sight, config: Config) -> Iterator[Finding]:
    """Asked when the account's message says something new."""
    del config
    if sight.account.can_trade is False:
        yield Finding(
            why="The broker does not let this account trade (canTrade is false)",
            wishes=(CloseAll(),),
            lock=LockWish(kind=LockKind.HARD, until=None, condition=Condition.MAY_NOT_TRADE),
        )


def gauges(sight: Sight, config: Config) -> Iterator[Gauge]:
    """Whether the broker lets the account trade."""
    del config
    says = {
        True: "The broker lets this account trade.",
        False: "The broker does not let this account trade.",
        None: "The broker has not said it yet.",
    }
    then = "Everything is closed and the account is locked until the broker lets it trade again."
    yield Gauge(label="Permission to trade", says=says[sight.account.can_trade], then=then)


EXAMPLE = """\
auth_loss_guard:
  enabled: true
  enforcement: close_all_and_lockout
  alert_on_disconnect: true
  alert_on_auth_failure: true
"""

RULE = Rule(
    id="RULE-010",
    key="auth_loss_guard",
    example=EXAMPLE,
    config=Config,
    judge=judge,
    topics=Topic.ACCOUNT,
    actions=(Action.CLOSE_ALL_AND_LOCKOUT,),
    gauges=gauges,
)
