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

_MEANINGS: Final = {
    "AccountNotFound": "It knows no such account",
    "AccountRejected": "It does not take this from this account",
    "AccountViolation": "The account has broken a rule of the firm",
    "AgreementsNotSigned": "There are agreements to sign",
    "ApiKeyAuthenticationDisabled": "API keys are switched off for this login",
    "ApiSubscriptionNotFound": "This login has no API subscription",
    "ContractNotActive": "This contract does not trade now",
    "ContractNotFound": "It knows no such contract",
    "ExpiredToken": "The login has run out",
    "InsufficientFunds": "The account has not enough money for it",
    "InvalidCloseSize": "That is more than is open",
    "InvalidCredentials": "It knows no such pair of user name and API key",
    "InvalidSession": "The login does not hold any more",
    "OrderNotFound": "It knows no such order any more",
    "OrderPending": "An earlier request for it is still under way",
    "OrderRejected": "It does not take it, and does not say why",
    "OutsideTradingHours": "The market is closed",
    "PasswordVerificationFailed": "The API key is wrong",
    "Pending": "An earlier request for it is still under way",
    "PositionNotFound": "Nothing is open there",
    "Rejected": "It does not take it, and does not say why",
    "SessionNotFound": "The login does not hold any more",
    "UnknownError": "Something went wrong there, and it does not say what",
    "UserNotFound": "It knows no such user name",
}


def meaning(name: str) -> str:
    """What the gateway's name of a refusal means, as the beginning of a sentence about the gateway."""
    return _MEANINGS.get(name, "It does not say why")


def code_name(path: str, code: int) -> str:
    """The gateway's name of an error number on a path."""
    if code == 0:
        return "Success"
    names = _BY_CODE.get(path, [])
    return names[code - 1] if 1 <= code <= len(names) else "a number without a known name"
