"""Who is behind a number, and the facts that decide it in words, each with its entry. PURE."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.outcomes.cohort import Outcome, counted
from analysis.outcomes.dictionary import name_of
from trial.protocol import ATTRIBUTIONS, MARKERS, OFF_TREATMENT_REASONS, code_lists
from trial.rules.dates.partial_date import from_stored


@dataclass(frozen=True)
class Evidence:
    """One fact in words; `entry` is kind/row of its entry, empty where it follows from several."""

    words: str
    entry: str = ""

    @property
    def kind(self) -> str:
        """The kind of the entry."""
        return self.entry.partition("/")[0]

    @property
    def row_id(self) -> str:
        """The row of the entry."""
        return self.entry.partition("/")[2]


@dataclass(frozen=True)
class Figure:
    """A number of the pages: its title, whether a participant is counted in it, and the facts that decide that.

    endpoint: the code of the endpoint that it belongs to, empty for none. named: who is in it by the endpoint's answer,
    where an answer does not count everybody that `includes` does. outside: who has the same event and is not counted.
    in_error: whether it is about those registered in error, whom no other figure counts.
    """

    title: str
    includes: Callable[[Outcome], bool]
    explains: Callable[[Outcome], list[Evidence]]
    endpoint: str = ""
    named: Callable[[dict[str, Any]], list[str]] | None = None
    outside: Callable[[Outcome], bool] | None = None
    in_error: bool = False

    def is_computed(self, result: dict[str, Any]) -> bool:
        """Whether a stored result, perhaps of an earlier version, has the endpoint that the number belongs to."""
        return not self.endpoint or self.endpoint in result["endpoints"]

    def members(self, outcomes: Sequence[Outcome], result: dict[str, Any]) -> list[Outcome]:
        """The outcomes counted; result: the stored result of the group that the number is read from."""
        among = [outcome for outcome in outcomes if outcome.get("in_error")] if self.in_error else counted(outcomes)
        if self.named is None:
            return [outcome for outcome in among if self.includes(outcome)]
        named = set(self.named(result["endpoints"][self.endpoint]))
        return [outcome for outcome in among if outcome["number"] in named]


def marker_name(code: str) -> str:
    """A marker as the record calls it."""
    return dict(MARKERS).get(code, code)


def reason_off(code: str) -> str:
    """A reason off treatment in words."""
    return dict(OFF_TREATMENT_REASONS).get(code, code)


def of_populations(outcome: Outcome) -> list[Evidence]:
    """Why someone is or is not eligible and evaluable."""
    words = f"registered {_day(outcome['registered_on'])}, " + ("treated" if outcome["treated"] else "no dose taken")
    why = outcome["ineligible_because"] or outcome["exclusion"]
    return [Evidence(words, "registration/0"), Evidence(f"not evaluable: {why}" if why else "eligible and evaluable")]


def of_response(outcome: Outcome) -> list[Evidence]:
    """The assessments that make the confirmed response, or all of them where none is confirmed."""
    confirmed = outcome["confirmed"]
    if confirmed is None:
        best = [Evidence(f"{outcome['best']['category']}: {outcome['best']['because']}")]
        if outside := outcome.get("confirmed_any_time"):
            best.append(Evidence(f"not counted, first seen after the time frame of treatment: {outside['because']}"))
        return [*best, *of_assessments(outcome)]
    deciding = {confirmed["on"], confirmed["confirmed_on"]}
    rows = [_assessment(row) for row in outcome["assessments"] if row["on"] in deciding]
    return [Evidence(confirmed["because"]), *rows]


def of_assessments(outcome: Outcome) -> list[Evidence]:
    """Each follow-up assessment with the numbers used."""
    return [_assessment(row) for row in outcome["assessments"]]


def _assessment(row: dict[str, Any]) -> Evidence:
    return Evidence(f"{_day(row['on'])}: {row['because']}", f"assessment/{row['id']}")


def of_time(outcome: Outcome, key: str, name: str) -> list[Evidence]:
    """Where the time starts and what ends it; `name` of the time in words."""
    time = outcome[key]
    if time is None:
        return [Evidence("no confirmed response")]
    if time["days"] is None:
        return [Evidence(time["because"])]
    ends = "event" if time["event"] else "censored"
    words = time["because"].removeprefix("censored: ")
    return [
        Evidence(f"{name}: {time['days']} days from {_day(time['start_on'])}"),
        Evidence(f"{ends} on {_day(time['on'])}: {words}", time["entry"]),
    ]


def of_severe_toxicity(outcome: Outcome) -> list[Evidence]:
    """The events that are severe and related in one."""
    return [_event(row) for row in outcome["toxicity"]["events"] if row["counts"] == "yes"] or of_toxicity(outcome)


def of_toxicity(outcome: Outcome) -> list[Evidence]:
    """What was found, and every event since the first dose."""
    return [Evidence(outcome["toxicity"]["because"]), *(_event(row) for row in outcome["toxicity"]["events"])]


def of_death(outcome: Outcome) -> list[Evidence]:
    """The death with its cause, and its distance from the last dose."""
    death = outcome["death"]
    if death is None:
        return []
    days = death["days_from_last_dose"]
    after = "no dose taken" if days is None else f"{days} days after the last dose"
    related = {"yes": "treatment-related", "no": "not treatment-related"}.get(death["related"], "relation not known")
    words = f"died {_day(death['on'])}, {after}: {dict(code_lists.DEATH_CAUSES)[death['cause']].lower()}; {related}"
    fatal = [Evidence(f"fatal: {name_of(each['term'], each['select'], each['words'])}", f"adverse_event/{each['id']}")
             for each in death["events"]]  # fmt: skip
    return [Evidence(words, f"death/{death['id']}"), *fatal]


def of_term(outcome: Outcome, term: str) -> list[Evidence]:
    """The events of one term."""
    return [_event(row) for row in outcome["toxicity"]["events"] if row["term"] == term]


def _event(row: dict[str, Any]) -> Evidence:
    grade = "grade not on record" if row["grade"] is None else f"grade {row['grade']}"
    attribution = "attribution not on record" if row["attribution"] is None else _related(row["attribution"])
    onset = f" from {_day(row['onset_on'])}" if row["onset_on"] else ""
    flag = f"; {row['flag']}" if row["flag"] else ""
    name = name_of(row["term"], row["select"], row["words"])
    return Evidence(f"{name}: {grade}, {attribution}{onset}{flag}", f"adverse_event/{row['id']}")


def _related(attribution: int) -> str:
    """4 → `attribution probable`."""
    return f"attribution {dict(ATTRIBUTIONS)[attribution].partition(' ')[2].lower()}"


def of_hormones(outcome: Outcome) -> list[Evidence]:
    """Every marker raised at baseline."""
    return [fact for row in outcome["hormones"] if row["raised"] for fact in of_marker(outcome, row["marker"])]


def of_marker(outcome: Outcome, marker: str) -> list[Evidence]:
    """What was found of one marker, and its samples."""
    rows = [row for row in outcome["hormones"] if row["marker"] == marker]
    facts = [Evidence("; ".join([f"{marker_name(marker)}: {row['because']}", *flags(row)])) for row in rows]
    return facts + [_sample(sample) for row in rows for sample in row["samples"]]


def flags(marker: dict[str, Any]) -> list[str]:
    """What confounds a marker, in words."""
    analogue = f"somatostatin analog: {marker['analogue']}" if marker["analogue"] else ""
    assay = "some levels were measured by another assay or in another unit" if marker["assay_changed"] else ""
    return [words for words in (analogue, assay, marker["note"]) if words]


def _sample(sample: dict[str, Any]) -> Evidence:
    value = sample["value"] or "no value"
    share = f", {sample['percent_of_baseline']}% of baseline" if sample["percent_of_baseline"] else ""
    otherwise = sample.get("otherwise_measured", "")
    why_not = f"; not used: {sample['why_not']}" if sample["why_not"] else f"; {otherwise}" if otherwise else ""
    return Evidence(f"{_day(sample['on'])}: {value}{share}{why_not}", f"hormone/{sample['id']}")


def of_treatment(outcome: Outcome) -> list[Evidence]:
    """Cycles, dose and the end of treatment."""
    given = outcome["treatment"]
    dose = given["dose_intensity_percent"]
    words = f"{given['cycles']} cycles, relative dose intensity " + ("not known" if dose is None else f"{dose}%")
    changes = f"; {given['reductions']} reductions, {given['holds']} holds, {_count(given['delays'])} delays"
    facts = [Evidence(words + changes)]
    if given["off_on"]:
        off = f"off treatment {_day(given['off_on'])}: {reason_off(given['off_reason'])}"
        facts.append(Evidence(off, f"off_treatment/{given['off_id']}"))
    elif given["off_reason"]:
        facts.append(Evidence("off treatment by a death; no end of treatment is on record"))
    return facts


def _count(value: Any) -> int:
    return len(value) if isinstance(value, list) else int(value)


def of_deviations(outcome: Outcome) -> list[Evidence]:
    """Each deviation with its entry."""
    kinds = dict(code_lists.DEVIATION_KINDS)
    return [Evidence(f"{_day(row['on'])}: {kinds.get(row['kind'], row['kind'])}", f"deviation/{row['id']}")
            for row in outcome["deviations"]]  # fmt: skip


def of_queries(outcome: Outcome) -> list[Evidence]:
    """Each contradiction with the assessment it is about."""
    return [
        Evidence(row["words"], f"assessment/{row['assessment_id']}" if row.get("assessment_id") else "")
        for row in outcome["queries"]
    ]


def of_flags(outcome: Outcome) -> list[Evidence]:
    """How each partial date was read."""
    return [Evidence(words) for words in outcome["flags"]]


# What an endpoint reads of an outcome → the entries that it comes from.
_BY_NAME: dict[str, Callable[[Outcome], list[Evidence]]] = {
    "confirmed": of_response, "confirmed_strictly": of_response, "confirmed_any_time": of_response, "best": of_response,
    "best_unconfirmed": of_assessments, "best_change_percent": of_assessments, "assessments": of_assessments,
    "death": of_death, "toxicity": of_toxicity, "hormones": of_hormones, "treatment": of_treatment,
    "queries": of_queries, "flags": of_flags, "deviations": of_deviations,
}  # fmt: skip


def of_names(outcome: Outcome, names: Sequence[str]) -> list[Evidence]:
    """The facts behind what is read under these names; why someone is in a population where no name has any."""
    sources = dict.fromkeys(_BY_NAME[name] for name in names if name in _BY_NAME)
    return [fact for source in sources for fact in source(outcome)] or of_populations(outcome)


def _day(stored: str) -> str:
    return str(from_stored(stored))
