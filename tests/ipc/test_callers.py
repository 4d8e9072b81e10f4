"""Who is let in: programs of this machine and pages of the door's own. Whoever else gets a sentence."""

from __future__ import annotations

import pytest

from risk_manager.ipc.callers import refusal


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8765", "localhost", "localhost:8765", "LOCALHOST:1", "[::1]", "[::1]:8765"]
)
def test_this_machine_under_its_own_names(host: str) -> None:
    assert refusal([host], []) is None
    assert refusal([host], [f"http://{host}"]) is None
    assert refusal([host], [f"http://{host}"], ["same-origin"]) is None


@pytest.mark.parametrize(
    "hosts",
    [
        [],
        [""],
        ["evil.example"],
        ["evil.example:8765"],
        ["127.0.0.1.evil.example"],
        ["localhost.evil.example:8765"],
        ["evil.example@127.0.0.1"],
        ["127.0.0.1:port"],
        ["127.0.0.1:99999"],
        ["[::1"],
        ["10.0.0.1:8765"],
        ["0.0.0.0:8765"],
        ["127.0.0.1:8765", "evil.example"],
    ],
    ids=str,
)
def test_another_name_may_be_a_trick(hosts: list[str]) -> None:
    why = refusal(hosts, [])
    assert why is not None
    assert "127.0.0.1 and localhost" in why


@pytest.mark.parametrize(
    ("target", "is_let_in"),
    [
        ("/api/status", True),
        ("/api/status?to=http://evil.example", True),
        ("http://127.0.0.1:8765/api/status", True),
        ("http://evil.example/api/status", False),
        ("http://127.0.0.1@evil.example/", False),
        ("http://", False),
    ],
)
def test_what_is_asked_for_may_name_no_other_host_either(target: str, is_let_in: bool) -> None:
    assert (refusal(["127.0.0.1:8765"], [], target=target) is None) is is_let_in


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://evil.example:8765",
        "null",
        "",
        "file://",
        "http://localhost:3000",
        "http://127.0.0.1",
        "https://127.0.0.1:8765",
        "http://localhost:8765",
        "http://127.0.0.1:8765@evil.example",
        "http://127.0.0.1:8765.evil.example",
        "garbage",
    ],
)
def test_a_page_of_another_site_is_foreign_also_one_of_this_machine(origin: str) -> None:
    why = refusal(["127.0.0.1:8765"], [origin])
    assert why is not None
    assert "other sites" in why


def test_one_good_origin_does_not_hide_a_bad_one() -> None:
    assert refusal(["localhost:1"], ["http://localhost:1", "http://evil.example"]) is not None


@pytest.mark.parametrize("site", ["cross-site", "same-site", "whatever"])
def test_what_another_site_has_brought_about_is_refused_also_without_an_origin(site: str) -> None:
    assert refusal(["localhost:1"], [], [site]) is not None
    assert refusal(["localhost:1"], [], ["none"]) is None
