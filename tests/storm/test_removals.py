"""The storm must be able to fail: a guard without one of its protections is found out."""

from __future__ import annotations

import pytest

from tests.storm.removals import REMOVALS
from tests.storm.seeds import tried

_SEEDS = 60


@pytest.mark.slow
@pytest.mark.parametrize("removal", REMOVALS)
def test_the_storm_is_red_without(removal: str) -> None:
    assert any(tried((seed, removal)).problems for seed in range(_SEEDS)), f"{removal} can be taken out unnoticed"
