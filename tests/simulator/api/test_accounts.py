"""Account/search."""

from tests.simulator.floor import COMBINE, FOLLOWER, LIVE, PRACTICE, Floor


def _ids(floor: Floor, *, only_active: bool) -> list[int]:
    return [row["id"] for row in floor.ask("/api/Account/search", onlyActiveAccounts=only_active)["accounts"]]


def test_a_user_sees_all_accounts_of_his_own(floor: Floor) -> None:
    assert _ids(floor, only_active=True) == [PRACTICE, COMBINE, LIVE, FOLLOWER]


def test_closed_accounts_are_dropped_on_demand(floor: Floor) -> None:
    floor.ledger.accounts[COMBINE].is_visible = False
    assert COMBINE not in _ids(floor, only_active=True)
    assert COMBINE in _ids(floor, only_active=False)
