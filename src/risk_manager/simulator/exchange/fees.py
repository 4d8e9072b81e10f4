"""What one side of a trade costs, as data: presets of the observed amounts (gateway reference, section 12.2).

Fees are exchange, clearing and NFA together; commission is the broker's. Both per contract and half-turn, US
dollars.
"""

from dataclasses import dataclass, field
from decimal import Decimal

_GROUPS: tuple[tuple[str, str, str], ...] = (
    ("EP ENQ RTY YM EMD NKD", "1.40", "0"),
    ("MES MNQ M2K MYM", "0.36", "0.25"),
    ("MCLE MNG", "0.51", "0.25"),
    ("MGC SIL MHG", "0.62", "0.25"),
    ("M6A M6B M6E", "0.26", "0.25"),
    ("GLE HE", "2.12", "0"),
    ("MBT GMET", "1.17", "0.25"),
)
_OTHERS = (Decimal("1.62"), Decimal(0))


def observed_fees() -> dict[str, tuple[Decimal, Decimal]]:
    """Fee and commission by root; roots that are not in it cost 1.62 and no commission."""
    return {root: (Decimal(fee), Decimal(cost)) for roots, fee, cost in _GROUPS for root in roots.split()}


@dataclass(slots=True)
class FeeTable:
    """Fee and commission of one contract and half-turn, by the root of the contract id."""

    by_root: dict[str, tuple[Decimal, Decimal]] = field(default_factory=observed_fees)
    others: tuple[Decimal, Decimal] = _OTHERS

    def cost(self, root: str, size: int) -> tuple[Decimal, Decimal]:
        """Fees and commissions of one half-turn of `size` contracts."""
        fee, commission = self.by_root.get(root, self.others)
        return fee * size, commission * size

    @classmethod
    def free(cls) -> "FeeTable":
        """Nothing costs anything: for tests that count price moves only."""
        return cls({}, (Decimal(0), Decimal(0)))
