"""The grade of a line of a visit's laboratory, as pages and data sets give it. PURE."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from trial.rules.safety.laboratory import Grading, Measured, grade, grade_of_limit
from trial.rules.safety.usual_ranges import laboratory_unusual

Values = Mapping[str, Any]


def grade_line(line: Values, lines: Iterable[Values] = (), term: str = "") -> Grading | None:
    """The grade of a laboratory line; None without a value. lines: those of the same visit, for the albumin. term: of
    CTCAE 3.0, to be graded alone; empty for the highest grade of all.

    Where value or limits are unusual for the unit, which is then most often a wrong one, the investigator is told so.
    """
    if line["value"] is None:
        return None
    albumin = next((each for each in lines if each["analyte"] == "ALB" and each["value"] is not None
                    and not each.get("value_qualifier")), None)  # fmt: skip
    measured = Measured(
        line["analyte"], line["value"], line["unit"], line["lower_limit"], line["upper_limit"],
        albumin=albumin["value"] if albumin else None, albumin_unit=albumin["unit"] if albumin else "",
    )
    qualifier = line.get("value_qualifier")
    found = grade_of_limit(measured, qualifier, term) if qualifier else grade(measured, term)
    if found.grade and laboratory_unusual(line["analyte"], line["unit"], line["value"], line["upper_limit"]):
        wrong = f"value or limits are unusual in {line['unit']}"
        return replace(found, judgement="; ".join(filter(None, (wrong, found.judgement))))
    return found
