"""The grade of a measured value by the limits of CTCAE 3.0, with its reason in words. PURE.

Highest grade first. A value inside the laboratory's own normal range is grade 0, also where it crosses an absolute
limit [our reading]. A grade that does not exist for the term is never given, and grade 5 never by a number.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from trial.protocol.ctcae_v3.limits import Bound, Limit, in_sentence, limits_of, units_of
from trial.rules.typed_text import plain

FAR_ABOVE = Decimal(10**12)
ONE, THOUSANDTH = Decimal(1), Decimal("0.001")
# Milliequivalents are millimoles for ions with a single charge only.
SINGLE_CHARGE = frozenset({"SODIUM", "K", "BICARB"})
# Spelling (as `_spelled` writes it) → (unit of the limits, factor).
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


def _spelled(unit: str) -> str:
    return unit.translate(_SAME).lower().removeprefix("x").replace("103/", "10^3/").replace("109/", "10^9/")


def in_unit_of(limits: Sequence[str], unit: str, analyte: str = "") -> tuple[str, Decimal] | None:
    """The unit among `limits` that `unit` means, and what to multiply a value by; None when it means none of them."""
    by_spelling = {_spelled(each): each for each in limits}
    typed = _spelled(unit)
    if typed in by_spelling:
        return by_spelling[typed], ONE
    if typed == "meq/l" and analyte not in SINGLE_CHARGE:
        return None
    for meant, factor in SPELLINGS.get(typed, ()):
        if meant in by_spelling:
            return by_spelling[meant], factor
    return None


NEEDED = {
    "LLN": "the laboratory's lower limit of normal is missing",
    "ULN": "the laboratory's upper limit of normal is missing",
    "BASE": "there is no value at baseline to compare with",
}
NAMED = {"LLN": "lower limit of normal", "ULN": "upper limit of normal", "BASE": "value at baseline"}


@dataclass(frozen=True)
class Measured:
    """A value with its unit and the laboratory's own limits of normal in that unit; baseline: the same at baseline.

    Weight in kg, temperature in °C, QTc in s; a urine dipstick as its number of plus signs, a trace as 0.5.
    albumin: of the same sample, in `albumin_unit`; low calcium is corrected for it.
    """

    analyte: str
    value: Decimal
    unit: str = ""
    lower: Decimal | None = None
    upper: Decimal | None = None
    baseline: Decimal | None = None
    albumin: Decimal | None = None
    albumin_unit: str = ""


@dataclass(frozen=True)
class Grading:
    """grade None: not gradable, `because` says why. term: the one the grade belongs to, empty for grade 0.

    because: the limit used, in words. judgement: what a person still has to weigh; empty when the number decides.
    note: how the value was read, where that is not as measured.
    """

    grade: int | None
    term: str
    because: str
    judgement: str = ""
    note: str = ""

    @property
    def missing_limit(self) -> bool:
        """Whether a limit of normal, or the baseline, is all that grading lacks."""
        return self.grade is None and any(words in self.because for words in NEEDED.values())


def grade(measured: Measured, term: str = "") -> Grading:
    """The highest grade that the value makes on either side of normal; of one term alone where it is named."""
    limits = tuple(each for each in limits_of(measured.analyte) if term in ("", each.term))
    if not limits:
        return Grading(None, "", f"CTCAE 3.0 has no limits for “{measured.analyte}”")
    units = units_of(measured.analyte)
    if units:
        meant = in_unit_of(units, measured.unit, measured.analyte)
        if meant is None:
            known = " or ".join(units)
            name = in_sentence(measured.analyte)
            return Grading(None, "", f"CTCAE 3.0 grades {name} in {known}, not in “{measured.unit}”")
        limits = tuple(each for each in limits if each.unit == meant[0])
        measured = _scaled(measured, *meant)
    terms = dict.fromkeys(each.term for each in limits)
    return _highest([_of_side(measured, [each for each in limits if each.term == term]) for term in terms])


def grade_of_limit(measured: Measured, qualifier: str, term: str = "") -> Grading:
    """The grade of a value known to lie below or above a limit: decided where every such value has the same.

    qualifier: `<` or `>`; `measured.value` is the limit. Grades rise away from normal, so that the two ends decide.
    """
    little = measured.value / 10**9
    ends = (measured.value - little, Decimal(0)) if qualifier == "<" else (measured.value + little, FAR_ABOVE)
    near, far = (grade(replace(measured, value=end), term) for end in ends)
    said = f"{qualifier}{_shown(measured.value, measured.unit)}"
    if near.grade is None or (near.grade, near.term) == (far.grade, far.term):
        return near if near.grade is None else replace(near, because=f"{said} has this grade at every value")
    return Grading(None, "", f"{said} may be of several grades")


def _scaled(measured: Measured, unit: str, factor: Decimal) -> Measured:
    scaled = [None if each is None else each * factor for each in (measured.lower, measured.upper, measured.baseline)]
    lower, upper, baseline = scaled
    return replace(measured, value=measured.value * factor, unit=unit, lower=lower, upper=upper, baseline=baseline)


def _highest(found: list[Grading]) -> Grading:
    """A grade of one side outweighs the other; without any, what could not be graded is said."""
    graded = max((each for each in found if each.grade), key=lambda each: each.grade or 0, default=None)
    if graded is not None:
        return graded
    return next((each for each in found if each.grade is None), max(found, key=lambda each: bool(each.note)))


# Low calcium is graded as calcium + this × (4 − albumin in g/dL) where albumin is below 4 g/dL [CTCAE 3.0]; of mmol/L
# the same formula by its usual factor [our reading].
CORRECTED = "CA"
ALBUMIN_FROM, PER_ALBUMIN = Decimal(4), {"mg/dL": Decimal("0.8"), "mmol/L": Decimal("0.2")}
_ALBUMIN_UNITS = {"g/dL": ONE, "g/L": Decimal("0.1")}


def _of_side(measured: Measured, limits: list[Limit]) -> Grading:
    """As `_of_term`, of low calcium by the corrected value, with a note that says so."""
    if measured.analyte != CORRECTED or limits[0].side != "low":
        return _of_term(measured, limits)
    meant = in_unit_of(tuple(_ALBUMIN_UNITS), measured.albumin_unit)
    if measured.albumin is None or meant is None:
        found = _of_term(measured, limits)
        return replace(found, note="not corrected for albumin, which is not known") if found.grade else found
    albumin = measured.albumin * meant[1] * _ALBUMIN_UNITS[meant[0]]
    if albumin >= ALBUMIN_FROM:
        return _of_term(measured, limits)
    per = PER_ALBUMIN[measured.unit]
    corrected = measured.value + per * (ALBUMIN_FROM - albumin)
    sum_of = f"{plain(measured.value)} + {per} × (4 − {plain(albumin)})"
    words = f"corrected for albumin {plain(albumin)} g/dL: {sum_of} = {_shown(corrected, measured.unit)}"
    return replace(_of_term(replace(measured, value=corrected), limits), note=words)


def _of_term(measured: Measured, limits: list[Limit]) -> Grading:
    if _is_normal(measured, limits[0].side):
        return Grading(0, "", f"{_shown(measured.value, measured.unit)} is inside the laboratory's normal range")
    held = [(each, _holds(measured, each)) for each in limits]
    matches = [each for each, holds in held if holds]
    if matches:
        return _graded(measured, matches)
    unknown = [each for each, holds in held if holds is None]
    if unknown and _is_on_the_other_side(measured, limits[0].side):
        return Grading(0, "", f"{_shown(measured.value, measured.unit)} is on the other side of the normal range")
    if unknown:
        return Grading(None, "", "; ".join(NEEDED[name] for name in _unknown(measured, unknown)))
    return Grading(0, "", f"{_shown(measured.value, measured.unit)} reaches no grade")


def _is_normal(measured: Measured, side: str) -> bool:
    if side == "low":
        return measured.lower is not None and measured.value >= measured.lower
    return measured.upper is not None and measured.value <= measured.upper


def _is_on_the_other_side(measured: Measured, side: str) -> bool:
    """Known without the limit of this side: what is above the upper limit is not too low, and the other way round."""
    if side == "low":
        return measured.upper is not None and measured.value > measured.upper
    return measured.lower is not None and measured.value < measured.lower


def _graded(measured: Measured, matches: list[Limit]) -> Grading:
    """The highest match that the number decides; where none is decided by it alone, the lowest that it allows."""
    chosen = next((each for each in matches if not each.judgement), matches[-1])
    weigh = [each.judgement for each in reversed(matches) if each.judgement and each.grade >= chosen.grade]
    note = [chosen.note] if chosen.note else []
    return Grading(chosen.grade, chosen.term, _because(measured, chosen), "; ".join([*weigh, *note]))


def _holds(measured: Measured, limit: Limit) -> bool | None:
    """Whether the value lies in the interval; None when that hangs on a limit of normal that is missing."""
    asked = [
        None if edge is None else (measured.value > edge if kind == "above" else
                                   measured.value >= edge if kind == "at_least" else
                                   measured.value < edge if kind == "below" else measured.value <= edge)
        for kind, bound in _bounds(limit) for edge in (_edge(measured, bound),)
    ]  # fmt: skip
    if False in asked:
        return False
    return None if None in asked else True


def _bounds(limit: Limit) -> list[tuple[str, Bound]]:
    named = (("above", limit.above), ("at_least", limit.at_least), ("below", limit.below), ("at_most", limit.at_most))
    return [(name, bound) for name, bound in named if bound is not None]


def _normal(measured: Measured, relative_to: str) -> Decimal | None:
    return {"LLN": measured.lower, "ULN": measured.upper, "BASE": measured.baseline}[relative_to]


def _edge(measured: Measured, bound: Bound) -> Decimal | None:
    if not bound.relative_to:
        return bound.factor
    normal = _normal(measured, bound.relative_to)
    return None if normal is None else bound.factor * normal


def _unknown(measured: Measured, limits: Iterable[Limit]) -> list[str]:
    named = {bound.relative_to for each in limits for _, bound in _bounds(each) if bound.relative_to}
    return [name for name in NEEDED if name in named and _normal(measured, name) is None]


WORDS = {"above": "above", "at_least": "at least", "below": "below", "at_most": "at most"}


def _because(measured: Measured, limit: Limit) -> str:
    edges = [f"{WORDS[kind]} {_edge_words(measured, bound)}" for kind, bound in _bounds(limit)]
    return f"{_shown(measured.value, measured.unit)} is {' and '.join(edges)}"


def _edge_words(measured: Measured, bound: Bound) -> str:
    edge = _edge(measured, bound)
    assert edge is not None
    if not bound.relative_to:
        return _shown(edge, measured.unit)
    times = "" if bound.factor == 1 else f"{plain(bound.factor)} × "
    return f"{times}the {NAMED[bound.relative_to]} ({_shown(edge, measured.unit)})"


def _shown(value: Decimal, unit: str) -> str:
    return f"{plain(value)} {unit}".strip()
