"""A configuration file as people may see it: what is secret in it is not shown.

What stands under a key of a secret is one, in whatever way YAML lets it be written; a reference to the environment or
to the keyring or to a credential is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from risk_manager.config.document import MISREAD, read_text
from risk_manager.config.shallow import compose_all
from risk_manager.config.tree import Branch, Leaf, Node, Row, plain

HIDDEN: Final = "***"
_json: Final = msgspec.json.Encoder(decimal_format="number")
_KEY: Final = re.compile(r"(?:api[_-]?key|password|passwd|secret|token|webhook|apprise_url|ping_url)", re.IGNORECASE)
_LINE: Final = re.compile(rf"^(?P<before>[ ]*)(?P<key>.*?{_KEY.pattern}[^:\n]*:)(?P<value>.*)$", re.IGNORECASE)
_LOGIN: Final = "topstepx"
_OPEN: Final = frozenset({"username", "api_url", "user_hub_url", "market_hub_url"})
"""What may be seen of the login; a key that is misspelled is none of these."""
_CHANNELS, _HEARTBEAT = "channels", "heartbeat"
_OPEN_OF_A_CHANNEL: Final = frozenset({"kind", "chat_id", "severity", "events", "quiet_hours"})
"""Its `api_url` may hold a name and a password of whoever runs it."""
_OPEN_OF_THE_HEARTBEAT: Final = frozenset({"every_seconds"})
_WORD: Final = re.compile(r"[A-Za-z_]{1,24}|[0-9]{1,3}", re.ASCII)
_NAME: Final = re.compile(r"[\w-]{1,24}")
_REFERENCE: Final = re.compile(r"\$\{\w+\}|(?:keyring|credential):.*", re.DOTALL)


def is_secret(way: Sequence[str]) -> bool:
    """Whether what stands at the end of this way is nobody's business."""
    if way and way[0] == _LOGIN and (len(way) > 1 and way[1] not in _OPEN):
        return True
    if len(way) > 2 and way[0] == _CHANNELS and way[2] not in _OPEN_OF_A_CHANNEL:
        return True
    if len(way) > 1 and way[0] == _HEARTBEAT and way[1] not in _OPEN_OF_THE_HEARTBEAT:
        return True
    return any(_KEY.search(key) for key in way)


def shown_way(way: Sequence[str]) -> tuple[str, ...]:
    """A way as it may be told. A key that stands among secrets and is no plain word may be one itself, with only a
    colon forgotten: it is ***."""
    if not way or way[0] not in (_LOGIN, _CHANNELS, _HEARTBEAT):
        return tuple(way)
    plain = (_NAME if count == 1 and way[0] == _CHANNELS else _WORD for count in range(len(way)))
    return tuple(step if kind.fullmatch(step) else HIDDEN for step, kind in zip(way, plain, strict=True))


def _is_of_secrets(way: Sequence[str]) -> bool:
    """Whether a section with a secret in it belongs there: a single value in its place may be the secret itself."""
    return tuple(way) in ((_LOGIN,), (_CHANNELS,), (_HEARTBEAT,)) or (len(way) == 2 and way[0] == _CHANNELS)


def hidden(text: str) -> str:
    """The text with *** where something secret stands; of a text that is broken, every line with such a key."""
    try:
        spans = sorted(set(_spans(text)), reverse=True)
    except MISREAD:
        return _hidden_by_line(text)
    for begin, end in spans:
        ended = text[begin:end]
        text = text[:begin] + HIDDEN + ended[len(ended.rstrip()) :] + text[end:]
    return text


def masked(node: Node, way: Sequence[str] = ()) -> Node:
    """What stands at the end of this way with *** in the place of what is secret."""
    if is_secret(way) or (_is_of_secrets(way) and isinstance(node, Leaf) and node.value is not None):
        return node if _is_reference(node) else Leaf(HIDDEN, node.place)
    if isinstance(node, Branch):
        entries = node.entries.items()
        below = {shown_way((*way, key))[-1]: (one, masked(one.node, (*way, key))) for key, one in entries}
        return Branch({key: replace(one, node=inner) for key, (one, inner) in below.items()}, node.place)
    if isinstance(node, Row):
        return Row(tuple(masked(item, (*way, "")) for item in node.items), node.place)
    return node


def recorded(text: str) -> str:
    """The values of a text as the record may have them, as JSON; empty where there are none. Its comments are left out:
    nobody knows what stands there. Raises ConfigError where the text cannot be read."""
    return "".join(_json.encode(plain(masked(one))).decode() for one in read_text(text, "")[:1])


def _is_reference(node: Node) -> bool:
    return isinstance(node, Leaf) and bool(_REFERENCE.fullmatch(str(node.value).strip()))


def secrets_of(text: str) -> tuple[str, ...]:
    """The secrets as they are written, to be compared and never to be shown; none for a text that is broken."""
    try:
        return tuple(text[begin:end] for begin, end in sorted(set(_spans(text))))
    except MISREAD:
        return ()


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """From where to where each secret stands. Raises what the parser raises."""
    seen: set[tuple[int, bool]] = set()
    waiting: list[tuple[Any, tuple[str, ...]]] = [(node, ()) for node in compose_all(text)]
    while waiting:
        node, way = waiting.pop()
        is_hidden = is_secret(way) or (_is_of_secrets(way) and isinstance(node, ScalarNode) and bool(node.value))
        if node is None or (id(node), is_hidden) in seen:
            continue
        seen.add((id(node), is_hidden))
        if is_hidden:
            if not (isinstance(node, ScalarNode) and _REFERENCE.fullmatch(str(node.value).strip())):
                yield node.start_mark.index, node.end_mark.index
        elif isinstance(node, MappingNode):
            for key, _ in node.value:
                if isinstance(key, ScalarNode) and shown_way((*way, key.value))[-1] == HIDDEN:
                    yield key.start_mark.index, key.end_mark.index
            waiting += [(value, (*way, key.value if isinstance(key, ScalarNode) else "")) for key, value in node.value]
        elif isinstance(node, SequenceNode):
            waiting += [(item, (*way, "")) for item in node.value]


def _hidden_by_line(text: str) -> str:
    """Nothing is known of the structure: the rest of such a line is hidden, and whatever stands deeper below it."""
    lines: list[str] = []
    deeper_than: int | None = None
    for line in text.splitlines():
        depth = len(line) - len(line.lstrip(" "))
        if deeper_than is not None and (depth > deeper_than or not line.strip()):
            lines.append(HIDDEN if line.strip() else line)
            continue
        found = _LINE.match(line)
        deeper_than = depth if found is not None else None
        lines.append(f"{found['before']}{found['key']} {HIDDEN}" if found is not None else line)
    return "\n".join(lines) + ("\n" if text.endswith("\n") else "")
