"""The spellings of a laboratory's units that mean the unit of a limit, with an exact factor. PURE.

Only the same quantity by a power of ten: mg/dL is never made mmol/L, since the limits of CTCAE 3.0 are rounded apart.
"""

from collections.abc import Sequence
from decimal import Decimal

ONE, THOUSANDTH = Decimal(1), Decimal("0.001")
# Milliequivalents are millimoles for ions with a single charge only.
SINGLE_CHARGE = frozenset({"SODIUM", "K", "BICARB"})
# Spelling (as `_plain` writes it) → (unit of the limits, factor).
SPELLINGS: dict[str, tuple[tuple[str, Decimal], ...]] = {
    **dict.fromkeys(("10*9/l", "10e9/l", "10^3/ul", "10*3/ul", "10e3/ul", "k/ul", "10^3/mm3", "g/l", "gpt/l"),
                    (("10^9/l", ONE),)),
    **dict.fromkeys(("/mm3", "/ul", "1/ul", "cells/ul", "cells/mm3", "10^6/l", "10*6/l"), (("10^9/l", THOUSANDTH),)),
    "meq/l": (("mmol/l", ONE),),
    "umol/l": (("mmol/l", THOUSANDTH),),
    **dict.fromkeys(("mg%", "mg/100ml"), (("mg/dl", ONE),)),
    **dict.fromkeys(("g%", "g/100ml"), (("g/dl", ONE),)),
    **dict.fromkeys(("g/d", "g/day", "g/24hr", "g/24hrs"), (("g/24h", ONE),)),
    **dict.fromkeys(("mg/24h", "mg/d", "mg/day", "mg/24hrs"), (("g/24h", THOUSANDTH),)),
    "ug/l": (("ng/ml", ONE),),
    **dict.fromkeys(("ng/l", "pg/ml"), (("ng/ml", THOUSANDTH),)),
    **dict.fromkeys(("sec", "second", "seconds"), (("s", ONE),)),
    **dict.fromkeys(("ms", "msec"), (("s", THOUSANDTH),)),
    **dict.fromkeys(("c", "degc", "celsius"), (("°c", ONE),)),
    "+": (("plus", ONE),),
}  # fmt: skip
_SAME = str.maketrans({"µ": "u", "μ": "u", "⁹": "^9", "⁶": "^6", "³": "3", "×": "", " ": ""})


def _plain(unit: str) -> str:
    return unit.translate(_SAME).lower().removeprefix("x").replace("103/", "10^3/").replace("109/", "10^9/")


def in_unit_of(limits: Sequence[str], unit: str, analyte: str = "") -> tuple[str, Decimal] | None:
    """The unit among `limits` that `unit` means, and what to multiply a value by; None when it means none of them."""
    by_spelling = {_plain(each): each for each in limits}
    typed = _plain(unit)
    if typed in by_spelling:
        return by_spelling[typed], ONE
    if typed == "meq/l" and analyte not in SINGLE_CHARGE:
        return None
    for meant, factor in SPELLINGS.get(typed, ()):
        if meant in by_spelling:
            return by_spelling[meant], factor
    return None
