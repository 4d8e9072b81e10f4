"""Reading request bodies."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from risk_manager.simulator.api.form import INT64, BindingError, Form


def test_names_match_in_any_case_and_unknown_ones_are_ignored() -> None:
    form = Form.read(b'{"ACCOUNTID": 465, "nonsense": [1]}')
    assert form.integer("accountId") == 465


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'"x"', b"null"])
def test_a_body_that_is_no_object_cannot_be_bound(body: bytes) -> None:
    with pytest.raises(BindingError):
        Form.read(body)


@pytest.mark.parametrize("value", [b'"465"', b"4.5", b"465.0", b"true", b"null", b"[]", b"2147483648"])
def test_a_whole_number_is_nothing_else(value: bytes) -> None:
    form = Form.read(b'{"n": %b}' % value)
    with pytest.raises(BindingError):
        form.integer("n")


def test_order_ids_are_wider() -> None:
    assert Form.read(b'{"n": 3424798597}').integer("n", below=INT64) == 3424798597


def test_prices_keep_their_digits() -> None:
    form = Form.read(b'{"a": 29398.10, "b": 5, "c": null}')
    assert (str(form.decimal_or_none("a")), form.decimal_or_none("b"), form.decimal_or_none("c")) == (
        "29398.10",
        Decimal(5),
        None,
    )
    with pytest.raises(BindingError):
        Form.read(b'{"a": "29398.10"}').decimal_or_none("a")


def test_times_are_utc() -> None:
    form = Form.read(b'{"a": "2026-08-19T12:00:00-05:00", "b": "2026-08-19T17:00:00Z", "c": "2026-08-19T17:00:00"}')
    assert {form.time_or_none(name) for name in "abc"} == {datetime(2026, 8, 19, 17, tzinfo=UTC)}
    with pytest.raises(BindingError):
        Form.read(b'{"a": "yesterday"}').time_or_none("a")


def test_flags_texts_lists_and_nested_forms() -> None:
    form = Form.read(b'{"yes": true, "word": "x", "numbers": [1, 2], "inner": {"n": 7}}')
    assert (form.flag("yes"), form.flag("no", default=False), form.text("word")) == (True, False, "x")
    assert form.integers("numbers") == [1, 2]
    inner = form.form_or_none("inner")
    assert inner is not None
    assert inner.integer("n") == 7
    with pytest.raises(BindingError, match="The empty field is required"):
        Form.read(b'{"empty": ""}').text("empty")
    with pytest.raises(BindingError):
        Form.read(b'{"numbers": ["1"]}').integers("numbers")
