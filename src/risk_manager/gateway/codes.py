"""The gateway's paths and its error numbers: the same number means different things on different paths.

Source: the error tables and the published schema (gateway reference, section 5). 0 is success everywhere.
"""

from __future__ import annotations

from typing import Final

LOGIN: Final = "/api/Auth/loginKey"
VALIDATE: Final = "/api/Auth/validate"
ACCOUNTS: Final = "/api/Account/search"
CONTRACT: Final = "/api/Contract/searchById"
CONTRACTS: Final = "/api/Contract/available"
PLACE: Final = "/api/Order/place"
MODIFY: Final = "/api/Order/modify"
CANCEL: Final = "/api/Order/cancel"
ORDERS: Final = "/api/Order/v2/query"
ORDERS_OPEN: Final = "/api/Order/searchOpen"
POSITIONS: Final = "/api/Position/searchOpen"
CLOSE: Final = "/api/Position/closeContract"
CLOSE_PART: Final = "/api/Position/partialCloseContract"
TRADES: Final = "/api/Trade/search"

_NAMES: Final[dict[str, str]] = {
    LOGIN: """UserNotFound PasswordVerificationFailed InvalidCredentials AppNotFound AppVerificationFailed
        InvalidDevice AgreementsNotSigned UnknownError ApiSubscriptionNotFound
        ApiKeyAuthenticationDisabled""",
    VALIDATE: "InvalidSession SessionNotFound ExpiredToken UnknownError",
    PLACE: """AccountNotFound OrderRejected InsufficientFunds AccountViolation OutsideTradingHours
        OrderPending UnknownError ContractNotFound ContractNotActive AccountRejected""",
    MODIFY: """AccountNotFound OrderNotFound Rejected Pending UnknownError AccountRejected
        ContractNotFound""",
    CANCEL: "AccountNotFound OrderNotFound Rejected Pending UnknownError AccountRejected",
    CLOSE: """AccountNotFound PositionNotFound ContractNotFound ContractNotActive OrderRejected
        OrderPending UnknownError AccountRejected""",
    CLOSE_PART: """AccountNotFound PositionNotFound ContractNotFound ContractNotActive InvalidCloseSize
        OrderRejected OrderPending UnknownError AccountRejected""",
    ORDERS: "AccountNotFound",
    ORDERS_OPEN: "AccountNotFound",
    POSITIONS: "AccountNotFound",
    TRADES: "AccountNotFound",
    CONTRACT: "ContractNotFound",
}
_BY_CODE: Final = {path: names.split() for path, names in _NAMES.items()}


def code_name(path: str, code: int) -> str:
    """The gateway's name of an error number on a path."""
    if code == 0:
        return "Success"
    names = _BY_CODE.get(path, [])
    return names[code - 1] if 1 <= code <= len(names) else "a number without a known name"
