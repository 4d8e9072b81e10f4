"""What a simulator holds if nobody says otherwise."""

from datetime import UTC, datetime
from decimal import Decimal

from risk_manager.simulator.world import default_accounts, default_contracts


def test_two_accounts() -> None:
    rows = [(a.id, a.name, a.balance) for a in default_accounts()]
    assert rows == [
        (465, "PRAC-V2-100001-40000002", Decimal(150_000)),
        (466, "50KTC-V2-DLL-100001-90000001", Decimal(50_000)),
    ]


def test_the_active_months_of_thirteen_products() -> None:
    contracts = default_contracts(datetime(2026, 11, 21, tzinfo=UTC))
    assert len(contracts) == 13
    assert {"CON.F.US.MNQ.Z26", "CON.F.US.CLE.F27", "CON.F.US.GCE.Z26", "CON.F.US.TYA.Z26"} <= set(contracts)
