from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk_manager.rehearse.timing import duration, moment, when


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("10s", timedelta(seconds=10)),
        ("1m30s", timedelta(seconds=90)),
        ("2h", timedelta(hours=2)),
        ("250ms", timedelta(milliseconds=250)),
        ("0s", timedelta()),
        ("1d2h3m4s5ms", timedelta(days=1, hours=2, minutes=3, seconds=4, milliseconds=5)),
        ("0.1s", timedelta(milliseconds=100)),
    ],
)
def test_durations(text: str, span: timedelta) -> None:
    assert duration(text) == span


@pytest.mark.parametrize("text", ["", "10", "s", "10 s", "-5s", "+5s", "10x", "1s1", "9999d", 10, None, True])
def test_no_durations(text: object) -> None:
    with pytest.raises(ValueError, match=r"not a duration|longer than"):
        duration(text)


def test_moments_keep_their_offset() -> None:
    at = moment("2025-10-23T10:30:00-05:00")
    assert at == datetime(2025, 10, 23, 10, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert at.utcoffset() == timedelta(hours=-5)
    assert moment("2025-10-23T15:30:00Z") == at


@pytest.mark.parametrize("text", ["2025-10-23T10:30:00", "10:30", "0001-01-01T00:00:00+00:00", "soon", 5, None])
def test_no_moments(text: object) -> None:
    with pytest.raises(ValueError, match="is not a moment"):
        moment(text)


def test_when() -> None:
    assert when("+1m") == timedelta(minutes=1)
    assert isinstance(when("2025-10-23T10:30:00-05:00"), datetime)
    with pytest.raises(ValueError, match="is not a time"):
        when("1m")


@given(st.text(max_size=12))
def test_any_text_is_a_duration_or_refused(text: str) -> None:
    try:
        assert duration(text) >= timedelta()
    except ValueError as error:
        assert "A duration is written" in str(error)  # noqa: PT017
