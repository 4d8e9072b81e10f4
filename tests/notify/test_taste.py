from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk_manager.core.record import Severity
from risk_manager.notify.taste import Rest, Taste
from tests.notify.samples import critical, notice

CHICAGO = "America/Chicago"
NIGHT = Rest(time(22), time(7), CHICAGO)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("rest", "now", "over"),
    [
        (NIGHT, "2026-11-20T21:59:59-06:00", "2026-11-20T21:59:59-06:00"),
        (NIGHT, "2026-11-20T22:00:00-06:00", "2026-11-21T07:00:00-06:00"),
        (NIGHT, "2026-11-21T06:59:59-06:00", "2026-11-21T07:00:00-06:00"),
        (NIGHT, "2026-11-21T07:00:00-06:00", "2026-11-21T07:00:00-06:00"),
        (NIGHT, "2026-10-31T23:00:00-05:00", "2026-11-01T07:00:00-06:00"),  # the clocks go back in that night
        (NIGHT, "2026-03-07T23:00:00-06:00", "2026-03-08T07:00:00-05:00"),  # and forward
        (Rest(time(12), time(13), CHICAGO), "2026-11-20T12:30:00-06:00", "2026-11-20T13:00:00-06:00"),
        (Rest(time(12), time(13), CHICAGO), "2026-11-20T13:00:00-06:00", "2026-11-20T13:00:00-06:00"),
        (Rest(time(12), time(13), "UTC"), "2026-11-20T06:30:00-06:00", "2026-11-20T13:00:00+00:00"),
    ],
)
def test_a_rest_is_over_at_its_end(rest: Rest, now: str, over: str) -> None:
    assert rest.over(at(now)) == at(over)


@given(
    st.times(),
    st.times(),
    st.sampled_from([CHICAGO, "UTC", "Asia/Kolkata", None]),
    st.integers(0, 630_000_000).map(lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)),
)
def test_a_rest_ends_within_a_day_and_none_holds_at_its_end(
    start: time, end: time, zone: str | None, now: datetime
) -> None:
    rest = Rest(start, end, zone)
    over = rest.over(now)
    assert now <= over <= now + timedelta(hours=25)
    if start != end:
        assert rest.over(over) == over or over.astimezone(UTC) != rest.over(over)


def test_what_is_critical_comes_always_and_at_once() -> None:
    taste = Taste(Severity.CRITICAL, frozenset({"reset"}), NIGHT)
    night = at("2026-11-20T23:00:00-06:00")
    assert taste.wants(critical())
    assert taste.due(critical(), night) == night


def test_by_severity_and_by_event() -> None:
    assert Taste().wants(notice(severity=Severity.INFO))
    assert not Taste(Severity.WARNING).wants(notice(severity=Severity.INFO))
    assert Taste(Severity.WARNING).wants(notice())
    assert not Taste(events=frozenset({"lock"})).wants(notice(event="breach"))
    assert Taste(events=frozenset({"lock", "breach"})).wants(notice(event="breach"))
    night = at("2026-11-20T23:00:00-06:00")
    assert Taste(rest=NIGHT).due(notice(), night) == at("2026-11-21T07:00:00-06:00")
