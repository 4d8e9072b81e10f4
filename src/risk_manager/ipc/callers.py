"""Who may ask: programs of this machine, and pages that the door itself has served.

A page of a foreign site runs in the trader's browser, which reaches this machine. It is known by its `Origin`; where it
has made its own name point here (DNS rebinding), by the `Host` that it asks for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

LOCAL_NAMES: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_OWN_SITES: Final = frozenset({"same-origin", "none"})


def refusal(hosts: Sequence[str], origins: Sequence[str], sites: Sequence[str] = (), target: str = "/") -> str | None:
    """Why a request is not answered, as a sentence; None where it is.

    `hosts`, `origins` and `sites` are all values of the headers Host, Origin and Sec-Fetch-Site; `target` is what is
    asked for, as it stands in the request: it may name a host of its own.
    """
    asked = [f"//{host}" for host in hosts] + ([target] if "://" in target.partition("?")[0] else [])
    if len(hosts) != 1 or any(_name(one) not in LOCAL_NAMES for one in asked):
        return (
            "The door answers only under the names 127.0.0.1 and localhost: another name may be a trick of a web page."
        )
    for origin in origins:
        if _place(origin) != _place(f"http://{hosts[0]}"):
            return "Pages of other sites are not answered: what the guard knows is for programs of this machine."
    if not _OWN_SITES.issuperset(sites):
        return "Requests that another site's page has brought about are not answered."
    return None


def _name(address: str) -> str:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return ""
    return "" if "@" in parts.netloc else (parts.hostname or "")


def _place(address: str) -> tuple[str, str, int | None] | None:
    """Scheme, name and port of an origin; None for what is none, such as `null`."""
    name = _name(address)
    if not name:
        return None
    parts = urlsplit(address)
    return parts.scheme, name, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
