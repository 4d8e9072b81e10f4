"""What the keys do and what the words mean."""

from __future__ import annotations

from risk_manager.interfaces.trader.dashboard.saying import Line, Span, Tone, line, title, wrapped

_KEYS = (
    ("1 … 7", "a page; left and right go to the next one; so does a click"),
    ("up, down, PgUp, PgDn", "move within a page; so does the wheel"),
    ("a", "choose an account; n goes to the next one"),
    ("c", "clock in or out; your hours are on page 7 and yours alone"),
    ("t", "dark or light"),
    ("?", "this page; Esc closes it"),
    ("q", "leave; the guard goes on"),
)
_WORDS = (
    ("GUARDING", "the guard runs and hears the broker: orders, fills, prices"),
    ("BLIND", "one of the two streams from the broker is away; it reads the account in between"),
    ("OFFLINE", "both are away: nothing can be closed from here, stops at the broker still work"),
    ("NOT RUNNING", "the guard was stopped, its door is dead, or it was silent for 5 s; shown is its last word"),
    ("LOCKED", "whatever appears is closed at once, until the time that is told"),
    ("COOLDOWN", "you may close and reduce, not open or add"),
    ("CLOSING", "the guard has asked the broker; NOT CLOSED YET: refused, or not confirmed in its time"),
    ("WAIVED", "the admin has lifted a rule, or one for a symbol, until its next reset"),
    ("NEAR, VERY NEAR", "70 % and 85 % of a limit are used"),
    ("Ticks, At stop", "from the price to the stop; the P&L of the position when it is reached"),
)


def lines(width: int) -> list[Line]:
    """All of it."""
    text = [title("Keys")]
    for key, does in _KEYS:
        text += _row(key, does, width)
    text += [line(), title("Words")]
    for word, means in _WORDS:
        text += _row(word, means, width)
    note = "The dashboard only looks. It can neither trade nor loosen a limit. Times of day are your own, or Chicago's."
    return [*text, line(), *wrapped(note, width, tone=Tone.FAINT)]


def _row(word: str, means: str, width: int) -> list[Line]:
    rows = wrapped(means, width, first=" " * 22)
    return [line(Span(f"{word:<22}", Tone.STRONG), rows[0][0].text[22:]), *rows[1:]]
