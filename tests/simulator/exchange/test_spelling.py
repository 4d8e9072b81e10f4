"""Numbers, times and messages on the wire."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from risk_manager.simulator.exchange.spelling import encode, engine_time, feed_time, plain, stored_time, without_nulls


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("29398.500000", b"29398.5"),
        ("29398", b"29398"),
        ("29400.00", b"29400"),
        ("1E+2", b"100"),
        ("-49.00", b"-49"),
        ("0.00", b"0"),
        ("0.0078125", b"0.0078125"),
        ("5E-7", b"0.0000005"),
        ("49989.34", b"49989.34"),
    ],
)
def test_a_number_is_written_exactly_and_without_zeros(number: str, text: bytes) -> None:
    assert encode({"price": plain(Decimal(number))}) == b'{"price":%b}' % text


def test_a_word_that_looks_like_an_exponent_stays() -> None:
    assert encode({"d": ["E-mini", Decimal("1E-7")]}) == b'{"d":["E-mini",0.0000001]}'


def test_times_have_seven_six_or_three_digits_without_zeros() -> None:
    at = datetime(2026, 8, 19, 20, 49, 25, 156730, tzinfo=UTC)
    assert stored_time(at) == "2026-08-19T20:49:25.15673+00:00"
    assert feed_time(at) == "2026-08-19T20:49:25.156+00:00"
    assert engine_time(at)[:-7].startswith("2026-08-19T20:49:25.156730") or engine_time(at).endswith("+00:00")
    assert engine_time(at) == engine_time(at)


def test_a_whole_second_has_no_point() -> None:
    at = datetime(2026, 8, 19, 20, 50, tzinfo=UTC)
    assert {stored_time(at), feed_time(at), engine_time(at)} == {"2026-08-19T20:50:00+00:00"}


def test_the_hub_leaves_nulls_out() -> None:
    assert without_nulls({"a": None, "b": 0, "c": ""}) == {"b": 0, "c": ""}
