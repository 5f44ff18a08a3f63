"""What the stored result of a group says, under the names that `recount.R` counts by; and how the two differ."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from math import isclose
from pathlib import Path
from typing import Any

from analysis.outcomes.safety import laboratory
from trial.protocol import ETHNICITIES, RACES, SEXES, TUMOUR_TYPES, code_lists
from trial.tabulation.sdtm.laboratory import TESTS

Said = dict[str, Any]
CURVES = {"OS": "overall_survival", "PFS": "progression_free_survival", "TTP": "time_to_progression",
          "RSD": "duration_of_response"}  # fmt: skip
MONTHS_AT = (6, 12, 18, 24)
SHARE = ("numerator", "denominator", "estimate", "lower", "upper")


def of_result(result: Mapping[str, Any]) -> Said:
    """Name → number or None."""
    ends = result["endpoints"]
    found: Said = {"registered": result["registered"],
                   **{name: result["populations"][name] for name in ("eligible", "treated", "evaluable")}}  # fmt: skip
    parts = (_response(result), *(_curve(code, ends[name]) for code, name in CURVES.items()), _people(ends),
             _safety(ends), _shifts(ends["laboratory_shift"]), _rest(ends))  # fmt: skip
    return {name: value for part in ({}, found, *parts) for name, value in part.items()}


def _share(name: str, answer: Mapping[str, Any], parts: tuple[str, ...] = SHARE) -> Said:
    return {f"{name}.{part}": answer[part] for part in parts}


def _response(result: Mapping[str, Any]) -> Said:
    ends = result["endpoints"]
    best = ends["best_response"]
    bars = {bar["number"]: bar["change_percent"] for bar in result["waterfall"]["bars"]}
    return {
        **_share("response", ends["response_rate"], SHARE[:3]),
        **{f"best.{name.upper()}": len(who) for name, who in best["categories"].items() if who},
        **_share("objective_response", best["objective_response"]),
        **_share("disease_control", best["disease_control"]),
        "waterfall.participants": result["waterfall"]["participants"],
        **({f"waterfall.{number}": change for number, change in bars.items()}
           if result["waterfall"]["stands_for"] == 1 else {}),
    }  # fmt: skip


def _curve(code: str, answer: Mapping[str, Any]) -> Said:
    found: Said = {f"{code}.denominator": answer["denominator"], f"{code}.events": answer["events"]}
    if code == "RSD":
        found["RSD.simple median"] = answer["simple"]["median_months"]
    if not answer["denominator"]:
        return found
    curve = answer["curve"]
    found |= {f"{code}.{name}": curve[name] for name in ("median", "median_lower", "median_upper")}
    for step in curve["steps"]:
        found |= {f"{code}.day {step['day']}.{name}": step[name]
                  for name in ("at_risk", "events", "censored", "survival", "lower", "upper")}  # fmt: skip
    return found | {f"{code}.at {months} months at risk": answer["at_risk"][str(months)] for months in MONTHS_AT}


def _people(ends: Mapping[str, Any]) -> Said:
    accrual, flow, first = ends["accrual"], ends["flow"], ends["baseline"]
    rows = {row["label"]: len(row["participants"]) for row in first["rows"]}
    ages = first["ages"]
    codes = {"sex": ("Sex", SEXES), "race": ("Race", RACES), "ethnicity": ("Ethnicity", ETHNICITIES),
             "tumour_type": ("Tumor type", [(kind.code, kind.label) for kind in TUMOUR_TYPES]),
             "ecog": ("ECOG", [*((str(grade), str(grade)) for grade in range(5)), ("", "not known")])}  # fmt: skip
    return {
        **{f"accrual.month.{month}": count for month, count in accrual["months"]},
        **{f"accrual.site.{row['label']}": len(row["participants"]) for row in accrual["rows"]},
        **{f"accrual.site month.{site} {month}": count for site, of in accrual["sites"] for month, count in of},
        "flow.on treatment": next(len(row["participants"]) for row in flow["rows"] if row["label"] == "on treatment"),
        **{f"off.{reason}": len(who) for reason, who in ends["treatment"]["off_treatment"].items()
           if who and reason != "on treatment"},
        **_spread("age", {"median": _median(ages), "lowest": ages[0], "highest": ages[-1]} if ages else {}),
        **{f"baseline.{name}.{code}": rows[f"{variable}: {words}"] for name, (variable, values) in codes.items()
           for code, words in values if f"{variable}: {words}" in rows},
    }  # fmt: skip


def _median(values: list[int]) -> float:
    middle = len(values) // 2
    return float(values[middle]) if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def _spread(name: str, given: Mapping[str, Any] | None) -> Said:
    return {f"{name}.{part}": (given or {}).get(part) for part in ("median", "lowest", "highest")}


def _safety(ends: Mapping[str, Any]) -> Said:
    events, deaths = ends["adverse_events"], ends["deaths_and_serious"]
    rows = {row["label"]: len(row["participants"]) for row in deaths["rows"]}
    found = {**_share("toxicity", ends["toxicity"]), **_share("adverse_events", events)}
    for prefix, listed, key in (("category", events["categories"], lambda row: row["category"]),
                                ("term", events["terms"],
                                 lambda row: f"{row['term']} {row['select']}")):  # fmt: skip
        found |= {f"{prefix}.{key(row)}.{name}": row[name] for row in listed
                  for name in ("participants", "severe", "related")}  # fmt: skip
    return {
        **found,
        **{f"worst grade.{grade}": count for grade, count in events["worst"].items() if count and grade != "unknown"},
        "serious.participants": rows["with a serious event"], "died": rows["died of any cause"],
        **{f"died of.{code}": rows[f"cause: {words.lower()}"] for code, words in code_lists.DEATH_CAUSES
           if rows[f"cause: {words.lower()}"]},
        "died within 30 days": rows["died within 30 days of the last dose"],
    }  # fmt: skip


def _shifts(answer: Mapping[str, Any]) -> Said:
    """By analyte, since the files have one grade for both sides of normal."""
    names = {test.name: TESTS[test.analyte].code for test in laboratory.tests()
             if test.analyte in TESTS and not test.name.endswith((", low", ", high"))}  # fmt: skip
    return {f"shift.{names[row['test']]} {row['baseline']} {row['worst']}": len(row["participants"])
            for row in answer["rows"] if row["test"] in names}  # fmt: skip


def _rest(ends: Mapping[str, Any]) -> Said:
    deviations = ends["deviations"]["rows"]
    kinds = {words.lower(): code for code, words in code_lists.DEVIATION_KINDS}
    sexes = {f"Sex: {words}": code for code, words in SEXES}
    found: Said = {"deviations": deviations[0]["count"], "deviations.participants": len(deviations[0]["participants"])}
    for row in ends["subgroups"]["rows"]:
        if row["label"] in sexes:
            found |= _share(f"subgroup.{sexes[row['label']]}", row)
    return {
        **found, **_share("hormones", ends["hormone_improvement"]), **_spread("cycles", ends["treatment"]["cycles"]),
        **{f"deviation.{kinds[row['label']]}": row["count"] for row in deviations if row["label"] in kinds},
    }  # fmt: skip


def of_file(path: Path) -> dict[str, Said]:
    """Group → name → what R counted, empty for no number."""
    found: dict[str, Said] = defaultdict(dict)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["group"]][row["what"]] = row["value"]
    return found


def differences(theirs: Said, ours: Said) -> Iterator[str]:
    """One line for each number that is not the same, or that only one of the two has."""
    for name in sorted({*theirs, *ours}):
        if name not in theirs or name not in ours:
            yield f"{name}: {'R' if name in theirs else 'the program'} alone has {theirs.get(name, ours.get(name))}"
        elif not _same(theirs[name], ours[name]):
            yield f"{name}: {theirs[name] or 'none'} by R, {ours[name]} by the program"


def _same(counted: str, stored: Any) -> bool:
    if stored is None or counted in ("", "NA"):
        return stored is None and counted in ("", "NA")
    return isclose(float(counted), float(stored), rel_tol=1e-6, abs_tol=5e-5)
