"""Logins and the tokens that they get (gateway reference, section 2.2)."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count


@dataclass(slots=True)
class Login:
    """Who may come in.

    `refusal_code` 7, 9 or 10 refuses a right pair: agreements, subscription, key disabled.
    """

    user_name: str = "trader"
    api_key: str = "simulator-key"
    refusal_code: int | None = None


class Tokens:
    """JSON web tokens with `exp`. All stay valid until then: a second login does not displace the first.

    `revoke_all` makes every token that was issued so far worthless, as a session end at the venue would.
    """

    def __init__(self, secret: bytes, lifetime: timedelta = timedelta(hours=24)) -> None:
        self.lifetime = lifetime
        self._secret = secret
        self._numbers = count(1)
        self._valid_from = 1
        self._revoked: set[int] = set()

    def issue(self, user_name: str, now: datetime) -> str:
        """A new token for a user."""
        claims = {
            "sub": user_name,
            "jti": next(self._numbers),
            "iat": int(now.timestamp()),
            "exp": int((now + self.lifetime).timestamp()),
        }
        unsigned = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}"
        return f"{unsigned}.{self._signature(unsigned)}"

    def owner(self, token: str | None, now: datetime) -> str | None:
        """Whose token it is; `None` if it is absent, forged, expired or revoked."""
        unsigned, _, signature = (token or "").rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(unsigned).encode()):
            return None
        claims = json.loads(_decoded(unsigned.partition(".")[2]))
        number: int = claims["jti"]
        is_valid = number >= self._valid_from and number not in self._revoked and now.timestamp() < claims["exp"]
        return str(claims["sub"]) if is_valid else None

    def revoke(self, token: str) -> None:
        """Make one valid token worthless."""
        self._revoked.add(json.loads(_decoded(token.split(".")[1]))["jti"])

    def revoke_all(self) -> None:
        """Make every token worthless that was issued so far."""
        self._valid_from = next(self._numbers) + 1

    def _signature(self, unsigned: str) -> str:
        return _text(hmac.new(self._secret, unsigned.encode(), hashlib.sha256).digest())


def _part(claims: dict[str, object]) -> str:
    return _text(json.dumps(claims, separators=(",", ":")).encode())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
