"""The published state: what is written is read, to the digit, and a reader never sees a part of it."""

from __future__ import annotations

import json
import os
import threading
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from risk_manager.ipc import status as published
from tests.ipc.sample import STATUS


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    published.write(path, STATUS)
    assert published.read(path) == STATUS


def test_money_is_text_with_all_its_digits(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    published.write(path, STATUS)
    account = json.loads(path.read_text())["accounts"][0]
    assert (account["balance"], account["positions"][0]["mark"]) == ("49600.00", "25207.125")


def test_nothing_is_left_beside_it(tmp_path: Path) -> None:
    published.write(tmp_path / "status.json", STATUS)
    published.write(tmp_path / "status.json", STATUS)
    assert [path.name for path in tmp_path.iterdir()] == ["status.json"]


def test_what_was_left_by_a_guard_that_was_killed_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "status.new").write_bytes(b'{"at":')
    published.write(tmp_path / "status.json", STATUS)
    assert published.read(tmp_path / "status.json") == STATUS


def test_there_may_be_none(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        published.read(tmp_path / "status.json")


def test_a_part_is_no_state(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    published.write(path, STATUS)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(msgspec.DecodeError):
        published.read(path)


def test_a_reader_sees_the_old_one_or_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    small, large = replace(STATUS, acts=()), replace(STATUS, acts=STATUS.acts * 1_000)
    published.write(path, small)
    stopped = threading.Event()

    refused = (PermissionError,) if os.name == "nt" else ()

    def write() -> None:
        while not stopped.is_set():
            for status in (large, small):
                with suppress(*refused):  # Windows, while it is read: the next time
                    published.write(path, status)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        seen = [len(published.read(path).acts) for _ in range(300)]
    finally:
        stopped.set()
        writer.join()
    assert set(seen) <= {0, 20_000}
