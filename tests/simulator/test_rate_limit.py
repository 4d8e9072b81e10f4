"""The sliding window."""

from risk_manager.simulator.rate_limit import RateLimit


def test_the_window_slides_and_users_do_not_share_it() -> None:
    limit = RateLimit(2, 60.0)
    assert [limit.admits("a", at) for at in (0.0, 30.0, 31.0)] == [True, True, False]
    assert limit.admits("b", 31.0)
    assert limit.admits("a", 60.0)
    assert not limit.admits("a", 89.0)
    assert limit.admits("a", 90.0)


def test_refused_requests_do_not_count() -> None:
    limit = RateLimit(1, 60.0)
    limit.admits("a", 0.0)
    assert not any(limit.admits("a", at) for at in range(1, 60))
    assert limit.admits("a", 60.0)
