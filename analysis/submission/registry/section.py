"""The results section of a registry record in the shape of ClinicalTrials.gov's API version 2. PURE.

Groups are the analysis groups; a total stands only where the registry asks for one. A value that cannot be given is
`NA` with the words why.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

from analysis.endpoints.answers.enrollment import OFF_TREATMENT, ON_TREATMENT, VARIABLES
from analysis.endpoints.registry import BY_CODE, ENGINE
from analysis.outcomes.event_tally import OTHER, SERIOUS
from analysis.submission.registry.events import adverse_events
from analysis.submission.registry.outcomes import NOT_AVAILABLE, outcome_measure
from trial.protocol import ETHNICITIES, GROUPS, OFF_TREATMENT_REASONS, RACES, SEXES, ctcae_v3, group_named
from trial.refused import Refused
from trial.tabulation.registered import ARM, COMPLETED, COMPLETED_IN_WORDS, NOT_ON_RECORD, OUTCOMES, REASONS

Answer = dict[str, Any]
# Group → its stored result, in the declared order.
Results = Mapping[str, Answer]
OFF = {f"{OFF_TREATMENT}: {words.lower()}": (code, words) for code, words in OFF_TREATMENT_REASONS}
NOT_TREATED, STILL_TREATED = "Not treated", "Still on treatment"
TOTAL = "Total"
UNKNOWN = "Unknown or Not Reported"


NEEDED = ("flow", "baseline", "adverse_events", *(each.endpoint for each in OUTCOMES))


def results_section(results: Results) -> Answer:
    """`resultsSection` of the study. Raises Refused for results that an earlier version computed without what it needs.
    """
    missing = {code for one in results.values() for code in NEEDED if code not in one["endpoints"]}
    if missing:
        raise _too_early(", ".join(sorted(BY_CODE[code].title.lower() for code in missing)))
    try:
        return _section(results)
    except KeyError as part:
        if all(one["engine"] == ENGINE for one in results.values()):
            raise
        raise _too_early(f"the part “{part.args[0]}” of an answer") from part


def _too_early(without: str) -> Refused:
    return Refused(f"These results were computed by an earlier version of the program, without {without}.")


def _section(results: Results) -> Answer:
    return {
        "participantFlowModule": _flow(results),
        "baselineCharacteristicsModule": _baseline(results),
        "outcomeMeasuresModule": {"outcomeMeasures": [outcome_measure(one, results, groups("OG"))
                                                         for one in OUTCOMES]},
        "adverseEventsModule": adverse_events(results, groups("EG")),
    }


def as_json(made: Answer) -> bytes:
    """The section as its file."""
    return (json.dumps({"resultsSection": made}, indent=2, ensure_ascii=False) + "\n").encode()


def left_open(results: Results) -> list[str]:
    """What the registry asks for and nobody can say from the record, and what a person must still decide."""
    found = list(NOT_ON_RECORD)
    still = sum(_steps(one)[ON_TREATMENT] for one in results.values())
    if still:
        found.append(f"{still} participants are still on treatment: their flow is not final")
    without = sum(_counts(one, "Sex", SEXES)[UNKNOWN] for one in results.values())
    if without:
        found.append(f"Participants whose sex is not one of the registry's two, female and male: {without}")
    ages = sum(one["endpoints"]["baseline"]["denominator"] - len(one["endpoints"]["baseline"]["ages"])
               for one in results.values())  # fmt: skip
    if ages:
        found.append(f"Participants whose age is not known, who are not in its median: {ages}")
    own = sorted({row["name"] for one in results.values() for row in _registry_rows(one)
                  if ctcae_v3.is_other(row["term"])})  # fmt: skip
    if own:
        found.append(f"Events in the site's own words, to be read before they are published: {'; '.join(own)}")
    return [*found, "System organ classes follow from the category of CTCAE 3.0: a physician must review them",
            COMPLETED_IN_WORDS]  # fmt: skip


def _registry_rows(result: Answer) -> list[Answer]:
    table = result["endpoints"]["adverse_events"]["registry"]
    return [*table[SERIOUS], *table[OTHER]]


def groups(prefix: str) -> list[Answer]:
    """The groups as one module names them, `FG000` and so on."""
    return [{"id": f"{prefix}{place:03d}", "title": f"Group {group.code}: {group_named(group.code).name}",
             "description": ARM} for place, group in enumerate(GROUPS)]  # fmt: skip


def _by_group(prefix: str, results: Results, value: Callable[[Answer], Any]) -> list[tuple[str, Any]]:
    return [(each["id"], value(results[group.code])) for each, group in zip(groups(prefix), GROUPS, strict=True)]


def _steps(result: Answer) -> dict[str, int]:
    """Label of a step of the stored flow → how many; a KeyError names a reason off treatment that is not known here."""
    found = {row["label"]: len(row["participants"]) for row in result["endpoints"]["flow"]["rows"]}
    for label in found:
        if label.startswith(OFF_TREATMENT) and label not in OFF:
            raise KeyError(label)
    return found


def _left(result: Answer) -> dict[str, int]:
    """Reason of the registry → how many did not complete by it; they and the completed add up to the started."""
    steps = _steps(result)
    found = {NOT_TREATED: steps["registered"] - steps["treated"], STILL_TREATED: steps["on treatment"]}
    for label, (code, words) in OFF.items():
        if code not in COMPLETED and label in steps:
            name = REASONS.get(code, words)
            found[name] = found.get(name, 0) + steps[label]
    return found


def _left_by(reason: str) -> Callable[[Answer], int]:
    return lambda result: _left(result).get(reason, 0)


def _completed(result: Answer) -> int:
    steps = _steps(result)
    return sum(steps.get(label, 0) for label, (code, _) in OFF.items() if code in COMPLETED)


def _flow(results: Results) -> Answer:
    reasons = dict.fromkeys(name for one in results.values() for name, count in _left(one).items() if count)
    milestones: list[tuple[str, Callable[[Answer], int]]] = [
        ("STARTED", lambda one: _steps(one)["registered"]), ("COMPLETED", _completed),
        ("NOT COMPLETED", lambda one: _steps(one)["registered"] - _completed(one)),
    ]  # fmt: skip
    return {
        "preAssignmentDetails": "Participants registered in error are in no count.",
        "groups": groups("FG"),
        "periods": [{
            "title": "Treatment",
            "milestones": [{"type": name, **({"comment": COMPLETED_IN_WORDS} if name == "COMPLETED" else {}),
                            "achievements": _subjects(results, value)} for name, value in milestones],
            "dropWithdraws": [{"type": name, "reasons": _subjects(results, _left_by(name))} for name in reasons],
        }],
    }  # fmt: skip


def _subjects(results: Results, value: Callable[[Answer], int]) -> list[Answer]:
    return [{"groupId": group, "numSubjects": str(count)} for group, count in _by_group("FG", results, value)]


def _baseline(results: Results) -> Answer:
    whole = f"BG{len(GROUPS):03d}"
    asked = [("Sex: Female, Male", "Sex", SEXES, True), ("Race (NIH/OMB)", "Race", RACES, False),
             ("Ethnicity (NIH/OMB)", "Ethnicity", ETHNICITIES, False)]  # fmt: skip
    own = [(name, values) for name, values, _ in VARIABLES if name in ("Tumor type", "ECOG")]
    measures = [_age(results, whole)]
    measures += [_counted(results, title, name, codes, whole, is_strict) for title, name, codes, is_strict in asked]
    measures += [_counted(results, name, name, values, whole, is_strict=True, is_own=True) for name, values in own]
    counts = _by_group("BG", results, lambda one: one["endpoints"]["baseline"]["denominator"])
    return {
        "groups": [*groups("BG"), {"id": whole, "title": TOTAL, "description": "All groups"}],
        "denoms": _denominators([*counts, (whole, sum(count for _, count in counts))]),
        # One of the study's own has no category while nobody has a value.
        "measures": [one for one in measures if one["classes"][0]["categories"]],
    }


def _denominators(counts: Sequence[tuple[str, int]]) -> list[Answer]:
    return [{"units": "Participants", "counts": [{"groupId": group, "value": str(count)} for group, count in counts]}]


def _age(results: Results, whole: str) -> Answer:
    ages = _by_group("BG", results, lambda one: one["endpoints"]["baseline"]["ages"])
    every = sorted(age for _, of in ages for age in of)
    return {
        "title": "Age, Continuous", "paramType": "MEDIAN", "dispersionType": "FULL_RANGE", "unitOfMeasure": "years",
        "classes": [{"categories": [{"measurements": [_ages(*each) for each in [*ages, (whole, every)]]}]}],
    }  # fmt: skip


def _ages(group: str, ages: Sequence[int]) -> Answer:
    if not ages:
        return {"groupId": group, "value": NOT_AVAILABLE, "comment": "No age is known."}
    return {"groupId": group, "value": f"{median(ages):g}", "lowerLimit": str(ages[0]), "upperLimit": str(ages[-1])}


def _counts(result: Answer, variable: str, codes: Sequence[tuple[Any, str]]) -> dict[str, int]:
    """Category → how many; codes of what is not known are one category.

    A KeyError names a characteristic of which not every participant has one of these categories.
    """
    baseline = result["endpoints"]["baseline"]
    rows = {row["label"]: len(row["participants"]) for row in baseline["rows"]}
    found = {UNKNOWN: 0}
    for code, words in codes:
        name = UNKNOWN if code in ("unknown", "not_reported", None) else words
        found[name] = found.get(name, 0) + rows.get(f"{variable}: {words}", 0)
    if sum(found.values()) != baseline["denominator"]:
        raise KeyError(variable)
    return found


def _counted(
    results: Results, title: str, variable: str, codes: Sequence[tuple[Any, str]], whole: str, is_strict: bool,
    is_own: bool = False,
) -> Answer:  # fmt: skip
    """A measure counted by category. is_strict: without a category of what is not known, unless somebody is in it."""
    counts = _by_group("BG", results, lambda one: _counts(one, variable, codes))
    names = [name for name in dict.fromkeys(name for _, of in counts for name in of) if name != UNKNOWN]
    if is_own:
        names = [name for name in names if any(of[name] for _, of in counts)]
    if not is_strict or (is_own and any(of[UNKNOWN] for _, of in counts)):
        names.append(UNKNOWN)
    return {
        "title": title, "paramType": "COUNT_OF_PARTICIPANTS", "unitOfMeasure": "Participants",
        "classes": [{"categories": [{"title": name, "measurements": [
            *({"groupId": group, "value": str(of[name])} for group, of in counts),
            {"groupId": whole, "value": str(sum(of[name] for _, of in counts))},
        ]} for name in names]}],
    }  # fmt: skip
