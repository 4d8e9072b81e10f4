"""What a limit on open P&L is asked of: the account as a whole, or each position by itself."""

from __future__ import annotations

import enum

from risk_manager.core.settings import Action


class Scope(enum.Enum):
    """`scope:` of RULE-004 and RULE-005."""

    ACCOUNT = "account"
    POSITION = "position"

    def check(self, action: Action | None) -> None:
        """Refuse an action that does not go with the scope. Raises ValueError with the sentence."""
        if action is None:
            return
        if self is Scope.POSITION and action is not Action.CLOSE_POSITION:
            raise ValueError(f"action: {action.value} does not go with scope position. It is close_position")
        if self is Scope.ACCOUNT and action is Action.CLOSE_POSITION:
            raise ValueError(
                "action: close_position does not go with scope account. It is close_all_and_lockout or close_all"
            )
