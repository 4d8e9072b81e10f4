"""Contract ids, names and active months."""

from datetime import date

import pytest

from risk_manager.simulator.exchange.catalogue import (
    active_contract,
    active_contracts,
    find_contract,
    search_contracts,
)
from risk_manager.simulator.exchange.product import PRODUCTS


@pytest.mark.parametrize("month", ["Z25", "H26", "X25", "U26", "F30"])
def test_any_month_of_a_known_root_is_a_contract(month: str) -> None:
    contract = find_contract(f"CON.F.US.MNQ.{month}")
    assert contract is not None
    assert contract.id == f"CON.F.US.MNQ.{month}"


@pytest.mark.parametrize(
    "contract_id", ["", "MNQ", "MNQU6", "CON.F.US.NQ.U26", "CON.F.US.MNQ.A26", "CON.F.US.MNQ.U2026", "con.f.us.mnq.u26"]
)
def test_what_is_not_an_id_is_no_contract(contract_id: str) -> None:
    assert find_contract(contract_id) is None


def test_a_contract_has_three_names() -> None:
    contract = find_contract("CON.F.US.ENQ.U25")
    assert contract is not None
    assert (contract.name, contract.display_name) == ("NQU5", "NQU25")
    assert contract.wire(is_active=True) == {
        "id": "CON.F.US.ENQ.U25",
        "name": "NQU5",
        "description": "E-mini NASDAQ-100: September 2025",
        "tickSize": PRODUCTS["ENQ"].tick_size,
        "tickValue": 5,
        "activeContract": True,
        "symbolId": "F.US.ENQ",
    }


@pytest.mark.parametrize(
    ("root", "day", "month"),
    [
        ("MNQ", date(2026, 8, 19), "U26"),
        ("MNQ", date(2026, 11, 21), "Z26"),
        ("MNQ", date(2026, 12, 11), "Z26"),
        ("MNQ", date(2026, 12, 12), "H27"),
        ("CLE", date(2026, 11, 16), "Z26"),
        ("CLE", date(2026, 11, 21), "F27"),
        ("GCE", date(2026, 8, 19), "Z26"),
        ("TYA", date(2026, 11, 26), "H27"),
    ],
)
def test_the_active_month_rolls(root: str, day: date, month: str) -> None:
    assert active_contract(root, day).id == f"CON.F.US.{root}.{month}"


def test_each_product_has_one_active_month() -> None:
    assert len(active_contracts(date(2026, 8, 19))) == len(PRODUCTS)


def test_the_search_is_fuzzy_and_short() -> None:
    found = [contract.product.root for contract in search_contracts("ES", date(2026, 8, 19))]
    assert {"EP", "MES"} <= set(found)
    assert len(found) > 2
    assert len(search_contracts("", date(2026, 8, 19))) == 20
    assert search_contracts("no such thing", date(2026, 8, 19)) == []
