"""Grading of measured values: a row either side of every limit, typed by hand from CTCAE 3.0 and not from our data."""

from decimal import Decimal

import pytest

from trial.protocol import ctcae_v3
from trial.protocol.ctcae_v3.limits import ANALYTES, in_sentence, limits_of
from trial.rules.safety.laboratory import Grading, Measured, grade, grade_of_limit

# Analyte, unit, lower limit of normal, upper limit, then value=grade; h and l tell the two sides apart.
TABLE = """
HGB g/dL 12 16 | 12=0 11.99=1 10=1 9.99=2 8=2 7.99=3 6.5=3 6.49=4 17=0
HGB mmol/L 7.5 10 | 7.5=0 7.49=1 6.2=1 6.19=2 4.9=2 4.89=3 4.0=3 3.99=4
HGB g/L 120 160 | 120=0 119=1 100=1 99=2 80=2 79=3 65=3 64=4
WBC 10^9/L 4 10 | 4=0 3.99=1 3=1 2.99=2 2=2 1.99=3 1=3 0.99=4
LYM 10^9/L 1 4 | 1=0 0.99=1 0.8=1 0.79=2 0.5=2 0.49=3 0.2=3 0.19=4
NEUT 10^9/L 2 7 | 2=0 1.99=1 1.5=1 1.49=2 1=2 0.99=3 0.5=3 0.49=4
PLAT 10^9/L 150 400 | 150=0 149=1 75=1 74.9=2 50=2 49.9=3 25=3 24.9=4
CD4 10^9/L 0.6 1.5 | 0.6=0 0.59=1 0.5=1 0.49=2 0.2=2 0.19=3 0.05=3 0.049=4
HAPTOG g/L 0.3 2 | 0.3=0 0.29=1 0.01=1
INR - 0.8 1.2 | 1.2=0 1.21=1 1.8=1 1.81=2 2.4=2 2.41=3
APTT s 25 40 | 40=0 40.1=1 60=1 60.1=2 80=2 80.1=3
FIBRINO g/L 2 4 | 2=0 1.99=1 1.5=1 1.49=2 1=2 0.99=3 0.5=3 0.49=4
ALT U/L 10 40 | 40=0 40.1=1 100=1 100.1=2 200=2 200.1=3 800=3 800.1=4
AST U/L 10 40 | 40=0 40.1=1 100=1 100.1=2 200=2 200.1=3 800=3 800.1=4
ALP U/L 40 120 | 120=0 121=1 300=1 301=2 600=2 601=3 2400=3 2401=4
GGT U/L 5 50 | 50=0 51=1 125=1 126=2 250=2 251=3 1000=3 1001=4
BILI mg/dL 0.2 1.0 | 1.0=0 1.01=1 1.5=1 1.51=2 3=2 3.01=3 10=3 10.01=4
CREAT mg/dL 0.6 1.2 | 1.2=0 1.21=1 1.8=1 1.81=2 3.6=2 3.61=3 7.2=3 7.21=4
AMYLASE U/L 20 100 | 100=0 101=1 150=1 151=2 200=2 201=3 500=3 501=4
LIPASE U/L 10 60 | 60=0 61=1 90=1 91=2 120=2 121=3 300=3 301=4
CK U/L 30 200 | 200=0 201=1 500=1 501=2 1000=2 1001=3 2000=3 2001=4
TRIG mg/dL 50 150 | 150=0 151=1 375=1 376=2 750=2 751=3 1500=3 1501=4
ALB g/dL 3.5 5 | 3.5=0 3.49=1 3=1 2.99=2 2=2 1.99=3 0.5=3
ALB g/L 35 50 | 35=0 34=1 30=1 29=2 20=2 19=3
BICARB mmol/L 22 28 | 22=0 21=1 16=1 15.9=2 11=2 10.9=3 8=3 7.9=4
CA mg/dL 8.5 10.5 | 10.5=0 10.6=1h 11.5=1h 11.6=2h 12.5=2h 12.6=3h 13.5=3h 13.6=4h
CA mg/dL 8.5 10.5 | 8.5=0 8.4=1l 8=1l 7.9=2l 7=2l 6.9=3l 6=3l 5.9=4l
CA mmol/L 2.1 2.6 | 2.6=0 2.61=1h 2.9=1h 2.91=2h 3.1=2h 3.11=3h 3.4=3h 3.41=4h
CA mmol/L 2.1 2.6 | 2.09=1l 2=1l 1.99=2l 1.75=2l 1.74=3l 1.5=3l 1.49=4l
CAION mmol/L 1.1 1.3 | 1.3=0 1.31=1h 1.5=1h 1.51=2h 1.6=2h 1.61=3h 1.8=3h 1.81=4h
CAION mmol/L 1.1 1.3 | 1.09=1l 1=1l 0.99=2l 0.9=2l 0.89=3l 0.8=3l 0.79=4l
CHOL mg/dL 100 200 | 200=0 201=1 300=1 301=2 400=2 401=3 500=3 501=4
CHOL mmol/L 3 5.2 | 5.2=0 5.3=1 7.75=1 7.76=2 10.34=2 10.35=3 12.92=3 12.93=4
GLUC mg/dL 70 110 | 110=0 111=1h 160=1h 161=2h 250=2h 251=3h 500=3h 501=4h
GLUC mg/dL 70 110 | 70=0 69=1l 55=1l 54=2l 40=2l 39=3l 30=3l 29=4l
GLUC mmol/L 3.9 6.1 | 6.1=0 6.2=1h 8.9=1h 9=2h 13.9=2h 14=3h 27.8=3h 27.9=4h
GLUC mmol/L 3.9 6.1 | 3.8=1l 3=1l 2.9=2l 2.2=2l 2.1=3l 1.7=3l 1.6=4l
MG mg/dL 1.7 2.4 | 2.4=0 2.5=1h 3=1h 3.1=3h 8=3h 8.1=4h 1.69=1l 1.2=1l 1.19=2l 0.9=2l 0.89=3l 0.7=3l 0.69=4l
MG mmol/L 0.7 1.0 | 1=0 1.01=1h 1.23=1h 1.24=3h 3.3=3h 3.31=4h 0.69=1l 0.5=1l 0.49=2l 0.4=2l 0.39=3l 0.3=3l 0.29=4l
PHOS mg/dL 2.7 4.5 | 2.7=0 2.69=1 2.5=1 2.49=2 2=2 1.99=3 1=3 0.99=4
PHOS mmol/L 0.87 1.45 | 0.87=0 0.86=1 0.8=1 0.79=2 0.6=2 0.59=3 0.3=3 0.29=4
K mmol/L 3.5 5.0 | 5=0 5.1=1h 5.5=1h 5.6=2h 6=2h 6.1=3h 7=3h 7.1=4h 3.5=0 3.4=1l 3=1l 2.9=3l 2.5=3l 2.4=4l
SODIUM mmol/L 135 145 | 145=0 146=1h 150=1h 151=2h 155=2h 156=3h 160=3h 161=4h 135=0
SODIUM mmol/L 135 145 | 134=1l 130=1l 129=3l 120=3l 119=4l
URATE mg/dL 3 7 | 7=0 7.1=1 10=1 10.1=4
URATE mmol/L 0.2 0.42 | 0.42=0 0.43=1 0.59=1 0.6=4
GFR mL/min 80 130 | 80=0 79=0 60=0 59.9=1 40=1 39.9=2 20=2 19.9=3
PROT24 g/24h - - | 0.14=0 0.15=1 1=1 1.01=2 3.5=2 3.51=3
PROTDIP plus - - | 0=0 0.5=0 1=1 2=2 3=2 4=3
TROPONIT ng/mL - - | 0.029=0 0.03=1 0.049=1 0.05=2 0.099=2 0.1=3 0.199=3 0.2=4
TEMP °C - - | 37.9=0 38=1 39=1 39.1=2 40=2 40.1=3
QTC s - - | 0.45=0 0.451=1 0.47=1 0.471=2 0.5=2 0.501=3
LVEF % - - | 60=0 59=1 50=1 49=2 40=2 39=3 20=3 19=4
"""
SIDES = {"h": "high", "l": "low", "": ""}


def _rows() -> list[tuple[Measured, int, str]]:
    found = []
    for line in TABLE.strip().splitlines():
        head, _, values = line.partition(" | ")
        analyte, unit, *normal = head.split()
        lower, upper = (None if each == "-" else Decimal(each) for each in normal)
        for each in values.split():
            value, _, wanted = each.partition("=")
            side = SIDES[wanted[1:]]
            found.append((Measured(analyte, Decimal(value), unit.strip("-"), lower, upper), int(wanted[0]), side))
    return found


@pytest.mark.parametrize(("measured", "wanted", "side"), _rows(),
                         ids=[f"{m.analyte} {m.value} {m.unit} is grade {w}" for m, w, _ in _rows()])  # fmt: skip
def test_a_value_has_the_grade_of_its_interval(measured: Measured, wanted: int, side: str) -> None:
    found = grade(measured)
    assert found.grade == wanted, found.because
    if wanted:
        assert wanted in ctcae_v3.grades_of(found.term)
        sides = {each.side for each in limits_of(measured.analyte) if each.term == found.term}
        assert not side or sides == {side}
    else:
        assert found.term == ""


KG = Decimal(80)


@pytest.mark.parametrize(
    ("weight", "term", "wanted"),
    [("76.1", "", 0), ("76", "weight_loss", 1), ("72.1", "weight_loss", 1), ("72", "weight_loss", 2),
     ("64.1", "weight_loss", 2), ("64", "weight_loss", 3), ("83.9", "", 0), ("84", "weight_gain", 1),
     ("87.9", "weight_gain", 1), ("88", "weight_gain", 2), ("95.9", "weight_gain", 2), ("96", "weight_gain", 3)],
)  # fmt: skip
def test_weight_is_graded_by_its_change_from_baseline(weight: str, term: str, wanted: int) -> None:
    found = grade(Measured("WEIGHT", Decimal(weight), "kg", baseline=KG))
    assert (found.term, found.grade) == (term, wanted)


def test_every_analyte_and_unit_is_in_the_table_above() -> None:
    assert len(ANALYTES) == 39
    tried = {line.split()[0] for line in TABLE.strip().splitlines()} | {"WEIGHT"}
    assert tried == set(ANALYTES)


def test_limits_name_grades_that_exist_and_never_grade_5() -> None:
    limits = [each for analyte in ANALYTES for each in limits_of(analyte)]
    assert len(limits) == 214
    assert all(each.grade in ctcae_v3.grades_of(each.term) and each.grade < 5 for each in limits)


def test_a_value_inside_the_laboratorys_own_range_is_grade_0_though_it_crosses_an_absolute_limit() -> None:
    assert grade(Measured("NEUT", Decimal("1.4"), "10^9/L", Decimal("1.3"), Decimal(6))).grade == 0
    assert grade(Measured("K", Decimal("5.6"), "mmol/L", Decimal("3.5"), Decimal("5.7"))).grade == 0
    assert grade(Measured("NEUT", Decimal("1.29"), "10^9/L", Decimal("1.3"), Decimal(6))).grade == 2


@pytest.mark.parametrize(
    ("measured", "because"),
    [
        (Measured("ALT", Decimal(90), "U/L", Decimal(10)), "upper limit of normal is missing"),
        (Measured("HGB", Decimal(11), "g/dL"), "lower limit of normal is missing"),
        (Measured("K", Decimal(4), "mmol/L"), "limit of normal is missing"),
        (Measured("WEIGHT", Decimal(80), "kg"), "no value at baseline"),
    ],
)
def test_without_the_limit_that_decides_a_value_is_not_gradable(measured: Measured, because: str) -> None:
    found = grade(measured)
    assert found.grade is None and because in found.because and found.missing_limit


def test_an_absolute_limit_grades_without_the_laboratorys_own() -> None:
    assert grade(Measured("HGB", Decimal(7), "g/dL")).grade == 3
    assert grade(Measured("K", Decimal("6.5"), "mmol/L")).grade == 3


@pytest.mark.parametrize(
    ("analyte", "words"),
    [("NEUT", "neutrophils (ANC)"), ("WBC", "leukocytes (WBC)"), ("INR", "INR"), ("CK", "CK (CPK)"), ("GGT", "GGT"),
     ("PROTDIP", "urine protein (dipstick)"), ("QTC", "QTc interval"), ("CD4", "CD4 cells"),
     ("CAION", "calcium, ionized")],
)  # fmt: skip
def test_the_name_of_an_analyte_keeps_its_capitals_inside_a_sentence(analyte: str, words: str) -> None:
    assert in_sentence(analyte) == words


def test_an_unknown_unit_or_analyte_is_said_in_words() -> None:
    found = grade(Measured("HGB", Decimal(7), "mg/dL", Decimal(12)))
    assert found.because == "CTCAE 3.0 grades hemoglobin in g/dL or mmol/L or g/L, not in “mg/dL”"
    assert found.grade is None and not found.missing_limit
    assert "no limits for “VITAMIN”" in grade(Measured("VITAMIN", Decimal(7), "g")).because


@pytest.mark.parametrize(
    ("analyte", "unit", "value", "lower", "wanted"),
    [("NEUT", "/mm³", 1499, 2000, 2), ("NEUT", "/µL", 1500, 2000, 1), ("PLAT", "10³/µL", 49, 150, 3),
     ("WBC", "× 10⁹/L", 2, 4, 2), ("WBC", "G/L", 1, 4, 3), ("HGB", "g/L", 79, 120, 3),
     ("SODIUM", "mEq/L", 129, 135, 3)],
)  # fmt: skip
def test_other_spellings_of_a_unit_are_understood_exactly(
    analyte: str, unit: str, value: int, lower: int, wanted: int
) -> None:
    assert grade(Measured(analyte, Decimal(value), unit, Decimal(lower), Decimal(lower) * 2)).grade == wanted


def test_milliequivalents_of_calcium_are_not_taken_for_millimoles() -> None:
    assert grade(Measured("CA", Decimal(4), "mEq/L", Decimal(4), Decimal(5))).grade is None


@pytest.mark.parametrize(
    ("calcium", "unit", "albumin", "grade_", "words"),
    [
        ("7.2", "mg/dL", ("2", "g/dL"), 0, "corrected for albumin 2 g/dL: 7.2 + 0.8 × (4 − 2) = 8.8 mg/dL"),
        ("7.2", "mg/dL", ("20", "g/L"), 0, "corrected for albumin 2 g/dL: 7.2 + 0.8 × (4 − 2) = 8.8 mg/dL"),
        ("7.2", "mg/dL", ("3.9", "g/dL"), 2, "= 7.28 mg/dL"),
        ("7.2", "mg/dL", ("4", "g/dL"), 2, ""),
        ("7.2", "mg/dL", None, 2, "not corrected for albumin, which is not known"),
        ("1.8", "mmol/L", ("30", "g/L"), 1, "1.8 + 0.2 × (4 − 3) = 2 mmol/L"),
        ("9", "mg/dL", None, 0, ""),
    ],
)
def test_low_calcium_is_graded_as_corrected_for_albumin_below_4_and_says_so(
    calcium: str, unit: str, albumin: tuple[str, str] | None, grade_: int, words: str
) -> None:
    lower, upper = ("8.5", "10.5") if unit == "mg/dL" else ("2.1", "2.6")
    value, of_unit = albumin or ("", "")
    found = grade(Measured("CA", Decimal(calcium), unit, Decimal(lower), Decimal(upper),
                           albumin=Decimal(value) if albumin else None, albumin_unit=of_unit))  # fmt: skip
    assert found.grade == grade_ and (found.note.endswith(words) if words else not found.note)


def test_high_calcium_is_graded_as_measured() -> None:
    found = grade(Measured("CA", Decimal(12), "mg/dL", Decimal("8.5"), Decimal("10.5"),
                           albumin=Decimal(2), albumin_unit="g/dL"))  # fmt: skip
    assert (found.grade, found.term, found.note) == (2, "calcium_serum_high_hypercalcemia", "")


@pytest.mark.parametrize(
    ("analyte", "unit", "lower", "upper", "text", "grade_"),
    [
        ("BILI", "mg/dL", "0.2", "1.2", "<0.2", 0), ("BILI", "mg/dL", "0.2", "1.2", "<1.3", None),
        ("BILI", "mg/dL", "0.2", "1.2", "<1.2", 0), ("BILI", "mg/dL", "0.2", "1.2", ">30", 4),
        ("BILI", "mg/dL", "0.2", "1.2", ">1.2", None), ("PLAT", "10^9/L", "150", "400", "<10", 4),
        ("PLAT", "10^9/L", "150", "400", "<100", None), ("PLAT", "10^9/L", "150", "400", ">400", 0),
    ],
)  # fmt: skip
def test_a_value_below_or_above_a_limit_is_graded_where_every_such_value_has_the_grade(
    analyte: str, unit: str, lower: str, upper: str, text: str, grade_: int | None
) -> None:
    found = grade_of_limit(Measured(analyte, Decimal(text[1:]), unit, Decimal(lower), Decimal(upper)), text[0])
    assert found.grade == grade_ and text in (found.because or text)


def test_what_a_person_still_has_to_weigh_is_said() -> None:
    urate = grade(Measured("URATE", Decimal(9), "mg/dL", Decimal(3), Decimal(7)))
    assert urate.grade == 1 and "grade 3 with physiologic consequences" in urate.judgement
    fever = grade(Measured("TEMP", Decimal("40.2"), "°C"))
    assert fever.grade == 3 and "grade 4 when it lasted more than 24 hours" in fever.judgement
    long = grade(Measured("QTC", Decimal(510), "ms"))
    assert long.grade == 3 and "grade 4 when life-threatening" in long.judgement
    assert grade(Measured("ALT", Decimal(90), "U/L", None, Decimal(40))).judgement == ""


def test_the_reason_names_the_limit_that_was_used() -> None:
    assert grade(Measured("ALT", Decimal(101), "U/L", None, Decimal(40))) == Grading(
        2, "alt_sgpt", "101 U/L is above 2.5 × the upper limit of normal (100 U/L) and at most 5 × the upper limit of "
        "normal (200 U/L)"
    )  # fmt: skip
    assert grade(Measured("HGB", Decimal("7.90"), "g/dL", Decimal(12))).because == (
        "7.9 g/dL is at least 6.5 g/dL and below 8 g/dL"
    )
