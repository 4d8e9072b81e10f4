"""Looking back: what is asked for, newest first, without a hand on the file that is being written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from risk_manager.store import StoreError
from risk_manager.store.history import History, Row, Wanted
from risk_manager.store.instant import from_text
from tests.store.test_store import BREACHING, opened, settled, tell

Look = Callable[[History, Wanted], list[Row]]
LOOKS: dict[str, Look] = {"trades": History.trades, "acts": History.acts, "locks": History.locks}
WHEN = {"trades": "at", "acts": "at", "locks": "since"}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a story has left behind in which a limit was reached."""
    folder = tmp_path_factory.mktemp("history")
    store = opened(folder)
    tell(store, BREACHING)
    settled(store)
    store.close()
    return folder / "state.db"


@pytest.mark.parametrize("kind", LOOKS)
def test_the_newest_come_first_and_no_more_than_are_wanted(database: Path, kind: str) -> None:
    with History(database) as past:
        rows = LOOKS[kind](past, Wanted())
        times = [row[WHEN[kind]] for row in rows]
        assert rows
        assert times == sorted(times, reverse=True)
        assert LOOKS[kind](past, Wanted(limit=1)) == rows[:1]


@pytest.mark.parametrize("kind", LOOKS)
def test_an_instant_counts_from_itself_on_and_not_up_to_itself(database: Path, kind: str) -> None:
    with History(database) as past:
        rows = LOOKS[kind](past, Wanted())
        newest = from_text(rows[0][WHEN[kind]])
        assert rows[0] in LOOKS[kind](past, Wanted(since=newest))
        assert rows[0] not in LOOKS[kind](past, Wanted(before=newest))
        assert LOOKS[kind](past, Wanted(since=newest + timedelta(microseconds=1))) == []
        assert LOOKS[kind](past, Wanted(before=newest + timedelta(microseconds=1))) == rows


@pytest.mark.parametrize("kind", LOOKS)
def test_every_filter_keeps_what_fits_and_nothing_else(database: Path, kind: str) -> None:
    with History(database) as past:
        rows = LOOKS[kind](past, Wanted(limit=1000))
        for column in ("account", "symbol", "rule"):
            values = {row[column] for row in rows if row.get(column)}
            for value in values:
                kept = LOOKS[kind](past, Wanted(limit=1000, **{column: value}))
                assert kept == [row for row in rows if row[column] == value]
        assert LOOKS[kind](past, Wanted(account=99)) == []


def test_acts_name_their_product_and_orders_have_none(database: Path) -> None:
    with History(database) as past:
        rows = past.acts(Wanted(limit=1000))
    assert {row["symbol"] is None for row in rows if row["target"].startswith("order ")} <= {True}
    assert {row["symbol"] for row in rows if row["target"].startswith("CON.")} <= {"MNQ", "ES", "NQ", "MES"}


def test_trades_belong_to_no_rule(database: Path) -> None:
    with History(database) as past:
        assert past.trades(Wanted(rule="RULE-003")) == []


def test_it_can_be_read_while_it_is_written(tmp_path: Path) -> None:
    store = opened(tmp_path)
    with History(tmp_path / "state.db") as past:
        assert past.trades(Wanted()) == []
        tell(store, BREACHING)
        settled(store)
        assert past.trades(Wanted())
    store.close()


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"state\.db cannot be read now"), History(tmp_path / "state.db"):
        pass


def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_text("no database " * 100)
    with pytest.raises(StoreError, match="cannot be read now"), History(tmp_path / "state.db") as past:
        past.trades(Wanted())
