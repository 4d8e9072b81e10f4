"""What a service says where nobody has a terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from risk_manager.service.windows.log import FILE, Log, Weight, weight

AT = datetime(2026, 3, 2, 15, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sentence", "marked"),
    [
        ("CRITICAL: the configuration is broken.", Weight.BAD),
        ("WARNING: x can be read by others.", Weight.WARNING),
        ("Guarding.", Weight.GOOD),
        ("The guard has stopped. Nobody watches the account now.", Weight.GOOD),
        ("RULE-003 is at 80 %.", None),
    ],
)
def test_what_matters_is_in_the_event_log_and_all_of_it_in_the_file(
    tmp_path: Path, sentence: str, marked: Weight | None
) -> None:
    entered: list[tuple[str, Weight]] = []
    log = Log(tmp_path / "logs", lambda said, how: entered.append((said, how)))
    log.say(sentence, AT)
    log.close()
    assert (tmp_path / "logs" / FILE).read_text(encoding="utf-8") == f"2026-03-02 15:04:05 UTC {sentence}\n"
    assert entered == ([] if marked is None else [(sentence, marked)])
    assert weight(sentence) is marked


def test_an_event_log_that_refuses_and_a_folder_that_is_a_file_stop_nobody(tmp_path: Path) -> None:
    entered: list[str] = []

    def enter(sentence: str, marked: Weight) -> None:
        entered.append(sentence)
        raise OSError(5, "Access is denied")

    (tmp_path / "logs").write_text("a file")
    log = Log(tmp_path / "logs", enter)
    log.say("Guarding.", AT)
    assert [sentence.partition(":")[0] for sentence in entered] == ["CRITICAL", "Guarding."]
