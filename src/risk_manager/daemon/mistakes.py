"""A mistake of the guard's own, in words that may be kept and shown: what failed and where, and no value.

What an exception says of itself is left out, and so are the arguments of a callback: either may quote a secret.
"""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

_FRAMES_MOST: Final = 30
"""Of each exception, the innermost; what recurses without end has a thousand."""
_CHAINED_MOST: Final = 8


class Mistakes:
    """What the event loop's exception handler is told, each mistake for itself at first and then by powers of ten: one
    that comes with every price would push all else out of the log."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def heard(self, told: Mapping[str, Any]) -> tuple[str, str] | None:
        """From what the loop tells (`message`, and mostly `exception`): a sentence for people, and where it happened,
        a line a frame, the innermost last (empty: nobody knows). None: not to be written again yet."""
        what = str(told.get("message") or "").partition("(")[0].strip().rstrip(".") or "Something failed"
        error = told.get("exception")
        kind = f" ({type(error).__name__})" if error is not None else ""
        where = "\n".join(_lines(error)) if isinstance(error, BaseException) else ""
        self._counts[key] = count = self._counts[key := f"{what}{kind}{where}"] + 1
        if not _is_power_of_ten(count):
            return None
        again = f" That was the {count}th time since the start." if count > 1 else ""
        end = "" if what.endswith("!") else "."
        return (
            f"A mistake of the guard's own: {what}{kind}{end}{again} Tell us what stands here; no secret is in it.",
            where,
        )


def _lines(error: BaseException) -> Iterator[str]:
    chain: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in chain and len(chain) < _CHAINED_MOST:
        chain.append(one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    for one in reversed(chain):
        for frame in traceback.extract_tb(one.__traceback__)[-_FRAMES_MOST:]:
            yield f'File "{frame.filename}", line {frame.lineno}, in {frame.name}: {frame.line}'
        yield f"{type(one).__module__}.{type(one).__qualname__}"


def _is_power_of_ten(count: int) -> bool:
    return str(count).strip("0") == "1"
