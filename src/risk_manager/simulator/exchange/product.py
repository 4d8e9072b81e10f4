"""The products of the platform: symbols, ticks, delivery months and a price to start from.

Rows are those of the recorded catalogue (gateway reference, section 11.2). `Active` months follow the cycles
of 11.1; the day of the roll is this simulator's own approximation of what platforms do, and is data here, one
code per family.
"""

from dataclasses import dataclass
from decimal import Decimal

QUARTERLY, MONTHLY = "HMUZ", "FGHJKMNQUVXZ"

ROLL_DAYS = {
    "index": (0, 12),
    "fx": (0, 13),
    "rates": (1, 25),
    "metal": (1, 26),
    "energy": (1, 17),
    "meat": (0, 1),
    "grain": (1, 24),
    "crypto": (0, 26),
}
"""Months before delivery and the day of that month from which the next month is the active one."""


@dataclass(frozen=True, slots=True)
class Product:
    """One row of the catalogue. Prices are in the product's own quotation, `tick_value` in US dollars."""

    root: str
    symbol: str
    title: str
    family: str
    cycle: str
    tick_size: Decimal
    tick_value: Decimal
    opening_price: Decimal

    @property
    def symbol_id(self) -> str:
        """The id that quotes and orders carry next to the contract, such as F.US.MNQ."""
        return f"F.US.{self.root}"

    @property
    def point_value(self) -> Decimal:
        """US dollars that one contract gains when the price rises by one whole point."""
        return self.tick_value / self.tick_size


_GOLD, _SILVER, _COPPER, _PLATINUM = "GJMQZ", "HKNUZ", "HKNUZ", "FJNV"
_CORN, _BEANS, _OIL, _PIGS, _CATTLE = "HKNUZ", "FHKNQUX", "FHKNQUVZ", "GJKMNQVZ", "GJMQVZ"

_ROWS = (
    ("EP", "ES", "E-mini S&P 500", "index", QUARTERLY, "0.25", "12.50", "6800"),
    ("MES", "MES", "Micro E-mini S&P 500", "index", QUARTERLY, "0.25", "1.25", "6800"),
    ("ENQ", "NQ", "E-mini NASDAQ-100", "index", QUARTERLY, "0.25", "5.00", "29500"),
    ("MNQ", "MNQ", "Micro E-mini NASDAQ-100", "index", QUARTERLY, "0.25", "0.50", "29500"),
    ("RTY", "RTY", "E-mini Russell 2000", "index", QUARTERLY, "0.1", "5.00", "2500"),
    ("M2K", "M2K", "Micro E-mini Russell 2000", "index", QUARTERLY, "0.1", "0.50", "2500"),
    ("YM", "YM", "E-mini Dow", "index", QUARTERLY, "1", "5.00", "48000"),
    ("MYM", "MYM", "Micro E-mini Dow", "index", QUARTERLY, "1", "0.50", "48000"),
    ("EMD", "EMD", "E-mini MidCap 400", "index", QUARTERLY, "0.1", "10.00", "3400"),
    ("NKD", "NKD", "Nikkei 225 (USD)", "index", QUARTERLY, "5", "25.00", "50000"),
    ("CLE", "CL", "Crude Oil", "energy", MONTHLY, "0.01", "10.00", "60"),
    ("MCLE", "MCL", "Micro Crude Oil", "energy", MONTHLY, "0.01", "1.00", "60"),
    ("NQM", "QM", "E-mini Crude Oil", "energy", MONTHLY, "0.025", "12.50", "60"),
    ("NGE", "NG", "Natural Gas", "energy", MONTHLY, "0.001", "10.00", "4.2"),
    ("MNG", "MNG", "Micro Natural Gas", "energy", MONTHLY, "0.001", "1.00", "4.2"),
    ("NQG", "QG", "E-mini Natural Gas", "energy", MONTHLY, "0.005", "12.50", "4.2"),
    ("RBE", "RB", "RBOB Gasoline", "energy", MONTHLY, "0.0001", "4.20", "1.95"),
    ("HOE", "HO", "ULSD Heating Oil", "energy", MONTHLY, "0.0001", "4.20", "2.3"),
    ("GCE", "GC", "Gold", "metal", _GOLD, "0.1", "10.00", "4100"),
    ("MGC", "MGC", "Micro Gold", "metal", _GOLD, "0.1", "1.00", "4100"),
    ("SIE", "SI", "Silver", "metal", _SILVER, "0.005", "25.00", "50"),
    ("SIL", "SIL", "Micro Silver", "metal", _SILVER, "0.005", "5.00", "50"),
    ("CPE", "HG", "Copper", "metal", _COPPER, "0.0005", "12.50", "5"),
    ("MHG", "MHG", "Micro Copper", "metal", _COPPER, "0.0005", "1.25", "5"),
    ("PLE", "PL", "Platinum", "metal", _PLATINUM, "0.1", "5.00", "1550"),
    ("USA", "ZB", "30-Year Bond", "rates", QUARTERLY, "0.03125", "31.25", "118"),
    ("ULA", "UB", "Ultra Bond", "rates", QUARTERLY, "0.03125", "31.25", "122"),
    ("TYA", "ZN", "10-Year Note", "rates", QUARTERLY, "0.015625", "15.625", "113"),
    ("TNA", "TN", "Ultra 10-Year Note", "rates", QUARTERLY, "0.015625", "15.625", "115"),
    ("FVA", "ZF", "5-Year Note", "rates", QUARTERLY, "0.0078125", "7.8125", "109.5"),
    ("TUA", "ZT", "2-Year Note", "rates", QUARTERLY, "0.00390625", "7.8125", "104.25"),
    ("DA6", "6A", "Australian Dollar", "fx", QUARTERLY, "0.00005", "5.00", "0.65"),
    ("BP6", "6B", "British Pound", "fx", QUARTERLY, "0.0001", "6.25", "1.31"),
    ("CA6", "6C", "Canadian Dollar", "fx", QUARTERLY, "0.00005", "5.00", "0.715"),
    ("EU6", "6E", "Euro FX", "fx", QUARTERLY, "0.00005", "6.25", "1.16"),
    ("EEU", "E7", "E-mini Euro FX", "fx", QUARTERLY, "0.0001", "6.25", "1.16"),
    ("JY6", "6J", "Japanese Yen", "fx", QUARTERLY, "0.0000005", "6.25", "0.0065"),
    ("SF6", "6S", "Swiss Franc", "fx", QUARTERLY, "0.00005", "6.25", "1.25"),
    ("NE6", "6N", "New Zealand Dollar", "fx", QUARTERLY, "0.00005", "5.00", "0.57"),
    ("MX6", "6M", "Mexican Peso", "fx", QUARTERLY, "0.00001", "5.00", "0.054"),
    ("M6A", "M6A", "Micro Australian Dollar", "fx", QUARTERLY, "0.0001", "1.00", "0.65"),
    ("M6B", "M6B", "Micro British Pound", "fx", QUARTERLY, "0.0001", "0.625", "1.31"),
    ("M6E", "M6E", "Micro Euro FX", "fx", QUARTERLY, "0.0001", "1.25", "1.16"),
    ("HE", "HE", "Lean Hogs", "meat", _PIGS, "0.025", "10.00", "80"),
    ("GLE", "LE", "Live Cattle", "meat", _CATTLE, "0.025", "10.00", "210"),
    ("ZCE", "ZC", "Corn", "grain", _CORN, "0.25", "12.50", "430"),
    ("ZSE", "ZS", "Soybeans", "grain", _BEANS, "0.25", "12.50", "1120"),
    ("ZWA", "ZW", "Wheat", "grain", _CORN, "0.25", "12.50", "530"),
    ("ZLE", "ZL", "Soybean Oil", "grain", _OIL, "0.01", "6.00", "50"),
    ("ZME", "ZM", "Soybean Meal", "grain", _OIL, "0.1", "10.00", "320"),
    ("MBT", "MBT", "Micro Bitcoin", "crypto", MONTHLY, "5", "0.50", "95000"),
    ("GMET", "MET", "Micro Ether", "crypto", MONTHLY, "0.5", "0.05", "3200"),
)

PRODUCTS: dict[str, Product] = {row[0]: Product(*row[:5], *(Decimal(number) for number in row[5:])) for row in _ROWS}
"""Every product by the root that its contract ids carry."""
