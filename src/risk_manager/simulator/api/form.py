"""Reading a request body as the gateway does.

Names in any case, unknown fields ignored, wrong types refused.
"""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

INT32, INT64 = 2**31, 2**63


class BindingError(Exception):
    """The body cannot be bound to the request; the caller answers HTTP 400 with these errors by field."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(f"{field}: {sentence}")
        self.errors = {field: [sentence]}


class Form:
    """The fields of one request.

    A field that is missing or null is `None`, or an error where it is required.
    """

    def __init__(self, fields: dict[str, Any], at: str = "$") -> None:
        self._fields = {name.casefold(): value for name, value in fields.items()}
        self._at = at

    @classmethod
    def read(cls, body: bytes) -> "Form":
        """Parse a body; numbers keep their digits."""
        try:
            fields = json.loads(body, parse_float=Decimal)
        except ValueError as error:
            raise BindingError("$", "The body is not valid JSON.") from error
        if not isinstance(fields, dict):
            raise BindingError("$", "The JSON value could not be converted to the request.")
        return cls(fields)

    def has(self, name: str) -> bool:
        """Whether the field is there and not null."""
        return self._fields.get(name.casefold()) is not None

    def value(self, name: str) -> Any:
        """The field as it came."""
        return self._fields.get(name.casefold())

    def _value(self, name: str, kinds: tuple[type, ...], kind: str) -> Any:
        value = self._fields.get(name.casefold())
        if value is not None and (not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds)):
            raise BindingError(f"{self._at}.{name}", f"The JSON value could not be converted to {kind}.")
        return value

    def _required(self, name: str, value: Any) -> Any:
        if value is None:
            raise BindingError(name, f"The {name} field is required.")
        return value

    def integer_or_none(self, name: str, *, below: int = INT32) -> int | None:
        """A whole number; a string of digits is not one."""
        value: int | None = self._value(name, (int,), "System.Int32" if below == INT32 else "System.Int64")
        if value is not None and not -below <= value < below:
            raise BindingError(f"{self._at}.{name}", "The JSON value is too large or too small.")
        return value

    def integer(self, name: str, *, below: int = INT32) -> int:
        """A whole number that must be there."""
        number: int = self._required(name, self.integer_or_none(name, below=below))
        return number

    def decimal_or_none(self, name: str) -> Decimal | None:
        """A JSON number with all its digits."""
        value = self._value(name, (int, Decimal), "System.Decimal")
        return None if value is None else Decimal(value)

    def text_or_none(self, name: str) -> str | None:
        """A string."""
        value: str | None = self._value(name, (str,), "System.String")
        return value

    def text(self, name: str) -> str:
        """A string that must be there and not be empty."""
        word: str = self._required(name, self.text_or_none(name) or None)
        return word

    def flag(self, name: str, default: bool | None = None) -> bool:
        """true or false; required unless there is a default."""
        value = self._value(name, (bool,), "System.Boolean")
        answer: bool = self._required(name, default if value is None else value)
        return answer

    def time_or_none(self, name: str) -> datetime | None:
        """An ISO-8601 time; one without offset counts as UTC."""
        word = self.text_or_none(name)
        if word is None:
            return None
        try:
            at = datetime.fromisoformat(word)
        except ValueError as error:
            raise BindingError(f"{self._at}.{name}", "The JSON value is not a date and time.") from error
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)

    def form_or_none(self, name: str) -> "Form | None":
        """A nested object."""
        value = self._value(name, (dict,), name)
        return None if value is None else Form(value, f"{self._at}.{name}")

    def integers(self, name: str) -> list[int]:
        """A list of whole numbers; empty if it is missing."""
        values: list[int] = self._value(name, (list,), "System.Int32[]") or []
        if any(type(value) is not int for value in values):
            raise BindingError(f"{self._at}.{name}", "The JSON value could not be converted to System.Int32.")
        return values
