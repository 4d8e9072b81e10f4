"""The pictures in docs show the dashboard as it is. After a change: `python -m docs.pictures`."""

from __future__ import annotations

import pytest

from docs.pictures.__main__ import FOLDER
from docs.pictures.album import PICTURES, drawn


@pytest.mark.parametrize("name", PICTURES)
async def test_a_picture_is_up_to_date(name: str) -> None:
    assert await drawn(name) == (FOLDER / f"{name}.svg").read_text(encoding="utf-8")


def test_no_picture_is_left_over_and_none_asks_for_anything_elsewhere() -> None:
    pictures = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.svg")}
    assert set(pictures) == {*PICTURES, "decides"}  # the drawing of how it decides has a test with the docs
    assert not [name for name, text in pictures.items() if "url(http" in text or "@import" in text]
