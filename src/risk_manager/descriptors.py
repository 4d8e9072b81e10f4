"""Who may do what with the service, its folder and the admin's pipe: one table, written in Windows's own words.

A descriptor in those words is a list of entries `(A;inherited by;rights;;;who)`. Rights are letters in pairs, whose
meaning differs between services and files, or a number. https://learn.microsoft.com/windows/win32/secauthz/ace-strings
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

SYSTEM: Final = "SY"
ADMINISTRATORS: Final = "BA"
SIGNED_IN_HERE: Final = "IU"
SERVICES: Final = "SU"
USERS: Final = "BU"
_INSTALLER_OF_WINDOWS: Final = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
TRUSTED: Final = frozenset({SYSTEM, ADMINISTRATORS, "S-1-5-18", "S-1-5-32-544", _INSTALLER_OF_WINDOWS})
"""Whoever of these wants to change the guard can do it anyway."""

_LOOK: Final = "CCLCSWLORC"
"""Of a service: read how it is set up, ask how it is, and nothing else. Windows's own default has CR besides: to send a
service a word that it has invented itself. This one has none."""
_RUN: Final = "CCLCSWRPWPDTLOCRRC"
_ALL: Final = "CCDCLCSWRPWPDTLOCRSDRCWDWO"

SERVICE: Final = (
    f"D:(A;;{_RUN};;;{SYSTEM})(A;;{_ALL};;;{ADMINISTRATORS})(A;;{_LOOK};;;{SIGNED_IN_HERE})(A;;{_LOOK};;;{SERVICES})"
)
"""Everybody may see the service; administrators alone may start, stop, change or remove it."""
FOLDER: Final = f"O:{ADMINISTRATORS}D:P(A;OICI;FA;;;{SYSTEM})(A;OICI;FA;;;{ADMINISTRATORS})"
"""The home: nothing comes down from the folder above it, and nobody else may even look."""
PUBLISHED: Final = f"D:(A;;FR;;;{USERS})"
"""Beside what comes down from the home: every user of the machine may read this file."""


def pipe(own_user: str) -> str:
    """The admin's pipe: for administrators, the system, and the user as whom the guard runs, whose it is."""
    return f"O:{own_user}D:P(A;;GA;;;{SYSTEM})(A;;GA;;;{ADMINISTRATORS})(A;;GA;;;{own_user})"


class Entry(NamedTuple):
    """One line of a list: who is allowed what."""

    is_allowed: bool
    flags: str
    rights: int
    who: str

    @property
    def is_here(self) -> bool:
        """Whether it is about the thing itself, and not only about what is made in it."""
        return "IO" not in {self.flags[at : at + 2] for at in range(0, len(self.flags), 2)}


_BITS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "CC": 0x1,
        "DC": 0x2,
        "LC": 0x4,
        "SW": 0x8,
        "RP": 0x10,
        "WP": 0x20,
        "DT": 0x40,
        "LO": 0x80,
        "CR": 0x100,
        "SD": 0x10000,
        "RC": 0x20000,
        "WD": 0x40000,
        "WO": 0x80000,
        "GA": 0x10000000,
        "GX": 0x20000000,
        "GW": 0x40000000,
        "GR": 0x80000000,
        "FA": 0x1F01FF,
        "FR": 0x120089,
        "FW": 0x120116,
        "FX": 0x1200A0,
        "KA": 0xF003F,
        "KR": 0x20019,
        "KW": 0x20006,
        "KX": 0x20019,
    }
)


def _bits(*letters: str) -> int:
    return sum(_BITS[one] for one in letters)


_TAKES_OVER: Final = _BITS["WD"] | _BITS["WO"] | _BITS["GA"]
STEERS: Final = _TAKES_OVER | _bits("DC", "RP", "WP", "DT", "CR", "SD", "GW", "GX")
"""Of a service: change how it is set up, start, stop, pause, send it a word of one's own, remove, or give oneself the
right to."""
_WRITES: Final = 0x2 | 0x4 | 0x10 | 0x40 | 0x100 | _BITS["SD"] | _TAKES_OVER | _BITS["GW"]
"""Of a file or folder: write, add, rename or remove it or what is in it, or give oneself the right to."""
ANYTHING: Final = 0xFFFFFFFF
_REPLACES: Final = 0x40 | _BITS["SD"] | _TAKES_OVER
"""Of a folder on the way to a file: put another one in its place."""

_LIST: Final = re.compile(r"D:[A-Z]*(?P<rest>.*)", re.DOTALL)
_PIECE: Final = re.compile(r'"[^"]*"|[^()"]+|[()]|"')
"""Of a list: what stands in quotes, what stands between brackets, a bracket."""
_COUNTED: Final = frozenset({"A", "D", "XA", "XD"})
_NOT_OF_FILES: Final = frozenset({"OA", "OD", "ZA"})
"""About a part of a thing that has a number of its own, as in a directory of users; files and services have none."""
_FIELDS: Final = 6
_OWNER: Final = re.compile(r"O:(?P<who>S-[0-9-]+|[A-Z]{2})")


def owner(descriptor: str) -> str | None:
    """Whose the thing is. None: the descriptor does not say."""
    found = _OWNER.search(descriptor)
    return found["who"] if found else None


def entries(descriptor: str) -> tuple[Entry, ...] | None:
    """The list of a descriptor, in order. None: it has none, which lets everybody do everything. What is allowed
    under a condition counts as allowed. Raises ValueError with rights or entries that are not known."""
    found = _LIST.search(descriptor)
    if found is None or "NO_ACCESS_CONTROL" in descriptor:
        return None
    return tuple(_entries(found["rest"]))


def _entries(text: str) -> Iterator[Entry]:
    for one in _apart(text):
        fields = one.split(";", _FIELDS)
        kind = fields[0]
        if len(fields) < _FIELDS or kind not in _COUNTED | _NOT_OF_FILES:
            raise ValueError(f"The entry ({one}) is of a kind that is not known.")
        if kind in _COUNTED:
            yield Entry(kind in ("A", "XA"), fields[1], mask(fields[2]), fields[5])


def _apart(text: str) -> Iterator[str]:
    """What stands in each outer pair of brackets; a condition has some of its own. Behind the last one may follow what
    is logged, with a letter of its own."""
    depth, begun = 0, 0
    for piece in _PIECE.finditer(text):
        if piece[0] == "(":
            begun = begun if depth else piece.end()
            depth += 1
        elif piece[0] == ")":
            depth -= 1
            if not depth:
                yield text[begun : piece.start()]
        elif not depth:
            return
        elif piece[0] == '"':
            break
    if depth:
        raise ValueError(f"The list {text} does not end.")


def mask(rights: str) -> int:
    """Rights as bits. Raises ValueError with letters that are not known."""
    if rights.startswith("0x"):
        return int(rights, 16)
    pairs = [rights[at : at + 2] for at in range(0, len(rights), 2)]
    unknown = [pair for pair in pairs if pair not in _BITS]
    if unknown:
        raise ValueError(f"The rights {rights} hold {', '.join(unknown)}, which is not known.")
    bits = 0
    for pair in pairs:
        bits |= _BITS[pair]
    return bits


def who_may(descriptor: str, rights: int) -> tuple[str, ...]:
    """Who, beside those whom nothing stops, has any of these rights; an owner has that of giving himself all. A refusal
    is not counted in anybody's favour: whom it leaves out cannot be told."""
    listed = entries(descriptor)
    if listed is None:
        return ("everybody",)
    found = {one.who for one in listed if one.is_allowed and one.is_here and one.rights & rights}
    whose = owner(descriptor)
    if whose is not None:
        found.add(whose)
    return tuple(sorted(found - TRUSTED))


def who_may_write(descriptor: str) -> tuple[str, ...]:
    """Who, beside those whom nothing stops, may change a file or folder."""
    return who_may(descriptor, _WRITES)


def who_may_replace(descriptor: str) -> tuple[str, ...]:
    """Who, beside those whom nothing stops, may put another thing in the place of what a folder leads to."""
    return who_may(descriptor, _REPLACES)
