"""Whatever happens: what was written leads to the same state, and the same rows, byte for byte."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from risk_manager.store import meta, recovery, schema
from risk_manager.store.replaying import replay
from risk_manager.store.scribe import Entry, Scribe
from risk_manager.store.verification import verify
from tests.core.storm import STARTS, Choice, Move
from tests.core.test_properties import choices, lags, stories, told
from tests.store.telling import Begun, Configured, Story, Taken, read_texts, same

Telling = tuple[tuple[int, ...], list[Move]]
tellings: st.SearchStrategy[Telling] = st.one_of(
    st.tuples(st.just((1,)), stories(is_obedient=False)),
    st.tuples(st.just((1, 2)), stories((1, 2), is_obedient=False, is_alone=True)),
)
"""The accounts, and what happens to them. Only one account alone is restarted in a story."""


def entries(story: Story, scribe: Scribe) -> Iterator[Entry]:
    """What a scribe makes of a story."""
    for page in story.pages:
        match page:
            case Begun():
                yield scribe.begin(page.state, scribe.state, "test", page.state.now)
            case Configured():
                yield scribe.configure(page.texts, page.at)
            case Taken():
                if (entry := scribe.hear(page)) is not None:
                    yield entry


def write(connection: sqlite3.Connection, entry: Entry) -> None:
    for sql, values in entry.statements:
        connection.execute(sql, values)
    connection.execute(*meta.put_head(entry.head))


def empty(path: Path | str = ":memory:") -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    schema.migrate(connection)
    return connection


@told(60)
@given(
    choice=choices,
    start=st.sampled_from(STARTS),
    lag=lags,
    story=tellings,
    killed_at=st.floats(0, 1),
)
def test_a_recovered_state_is_the_state_at_the_last_line(
    choice: Choice, start: Any, lag: timedelta, story: Telling, killed_at: float
) -> None:
    world = Story(dict.fromkeys(story[0], choice), start, lag)
    world.tell(story[1])
    with closing(empty()) as connection:
        scribe = Scribe(meta.Meta().head)
        written = list(entries(world, scribe))
        last = written[: 1 + int(killed_at * (len(written) - 1))]
        for entry in last:
            write(connection, entry)
        connection.execute("DELETE FROM snapshots WHERE seq > (SELECT min(seq) FROM snapshots)")
        found = recovery.recover(connection, meta.read(connection), world.settings, read_texts)
        assert same(found.was, last[-1].state)


@told(60)
@given(choice=choices, start=st.sampled_from(STARTS), lag=lags, story=tellings)
def test_a_replay_gives_the_same_answers_the_same_states_and_the_same_rows(
    choice: Choice, start: Any, lag: timedelta, story: Telling
) -> None:
    world = Story(dict.fromkeys(story[0], choice), start, lag)
    world.tell(story[1])
    with TemporaryDirectory() as folder, closing(empty(Path(folder) / "state.db")) as connection:
        connection.execute("BEGIN")
        scribe = Scribe(meta.Meta().head)
        for entry in entries(world, scribe):
            write(connection, entry)
        last = scribe.keep_state()
        if last is not None:
            write(connection, last)
        connection.execute("COMMIT")
        found = replay(Path(folder) / "state.db", {}, read_texts)
        assert not found.differences
        assert found.states
        checked = verify(Path(folder) / "state.db")
        assert not checked.problems
        assert checked.lines == found.lines == scribe.head.seq
