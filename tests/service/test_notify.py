"""What systemd is told over a real datagram socket, also where it does not listen for a moment."""

from __future__ import annotations

import socket
import sys
from contextlib import closing
from pathlib import Path

import pytest

from risk_manager.service.systemd.notify import Systemd, supervising

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no sockets with a path for datagrams")


def listening(place: Path) -> socket.socket:
    there = socket.socket(getattr(socket, "AF_UNIX"), socket.SOCK_DGRAM)  # noqa: B009  not on Windows
    there.bind(str(place))
    there.settimeout(10)
    return there


def test_ready_and_beats_are_told(tmp_path: Path) -> None:
    with listening(tmp_path / "notify") as there:
        told = supervising({"NOTIFY_SOCKET": str(tmp_path / "notify")})
        assert told is not None
        with closing(told):
            told.beat()
            told.ready()
            told.beat()
            told.stopping()
        assert [there.recv(200) for _ in range(3)] == [b"WATCHDOG=1", b"READY=1", b"WATCHDOG=1"]
        assert there.recv(200).startswith(b"STOPPING=1")


def test_a_ready_that_was_lost_is_told_with_the_next_beat_and_once(tmp_path: Path) -> None:
    with closing(Systemd(str(tmp_path / "notify"))) as told:
        told.ready()
        told.beat()
        with listening(tmp_path / "notify") as there:
            told.beat()
            told.beat()
            assert [there.recv(200) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]


def test_where_nobody_supervises_nobody_is_told() -> None:
    assert supervising({}) is None
