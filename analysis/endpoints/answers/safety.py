"""Deaths and serious adverse events, as a board that watches over safety asks for them. PURE.

Deaths are those of all registered participants. Serious events are those of the treated that are counted as adverse
events: begun on or after the day of the first dose and up to 2 years from registration.
"""

from collections.abc import Callable
from typing import Any

from analysis.endpoints.answers.shapes import REGISTERED, Table
from analysis.outcomes.cohort import Cohort, Outcome, numbers
from analysis.outcomes.dictionary import name_of
from analysis.outcomes.toxicity import UNDETERMINED, YES
from trial.protocol import OUR_READING, code_lists

# Deaths so soon after the last dose are told apart, whatever their cause.
SOON_DAYS = 30
DIED, RELATED_DEATH, SERIOUS = "died of any cause", "treatment-related death", "with a serious event"


def answer(cohort: Cohort) -> dict[str, Any]:
    """rows: label → participants. deaths and serious: one line each, in order of study number and onset."""
    died = cohort.where(lambda outcome: outcome["death"] is not None)
    causes = [(f"cause: {words.lower()}", _of_cause(code)) for code, words in code_lists.DEATH_CAUSES]
    of_deaths = [
        (DIED, _dead(lambda death: True)),
        (RELATED_DEATH, _dead(lambda death: death["related"] == YES)),
        ("death, relation not known", _dead(lambda death: death["related"] == UNDETERMINED)),
        (f"died within {SOON_DAYS} days of the last dose", _dead(_soon)),
        *causes,
    ]
    of_events = [(SERIOUS, _serious), ("with a related serious event", _related)]
    return {
        "denominator": len(cohort.registered),
        "treated": len(cohort.treated),
        "rows": [{"label": label, "participants": numbers(cohort.where(counts))}
                 for label, counts in (*of_deaths, *of_events)],
        "deaths": [_death(outcome) for outcome in died],
        "serious": [_event(outcome, event) for outcome in cohort.treated for event in outcome["toxicity"]["events"]
                    if event["serious"]],
    }  # fmt: skip


def _dead(counts: Callable[[dict[str, Any]], bool]) -> Callable[[Outcome], bool]:
    return lambda outcome: outcome["death"] is not None and counts(outcome["death"])


def _of_cause(code: str) -> Callable[[Outcome], bool]:
    return _dead(lambda death: death["cause"] == code)


def _soon(death: dict[str, Any]) -> bool:
    days = death["days_from_last_dose"]
    return days is not None and days <= SOON_DAYS


def _serious(outcome: Outcome) -> bool:
    return any(event["serious"] for event in outcome["toxicity"]["events"])


def _related(outcome: Outcome) -> bool:
    return any(event["serious"] and event["related"] for event in outcome["toxicity"]["events"])


def _death(outcome: Outcome) -> dict[str, Any]:
    death = outcome["death"]
    names = [name_of(event["term"], event["select"], event["words"]) for event in death["events"]]
    return {"number": outcome["number"], "site": outcome["site"], "on": death["on"], "cause": death["cause"],
            "days_from_last_dose": death["days_from_last_dose"], "related": death["related"],
            "events": names}  # fmt: skip


def _event(outcome: Outcome, event: dict[str, Any]) -> dict[str, Any]:
    return {"number": outcome["number"], "site": outcome["site"],
            "name": name_of(event["term"], event["select"], event["words"]), "grade": event["grade"],
            "attribution": event["attribution"], "onset_on": event["onset_on"], "id": event["id"]}  # fmt: skip


DEATHS_AND_SERIOUS = Table(
    code="deaths_and_serious", title="Deaths and serious adverse events", population=REGISTERED, source=OUR_READING,
    answer=answer, looks_at=("death", "toxicity", "treated", "site"), template="deaths_and_serious",
    card="Deaths, serious events",
    headline=lambda stored: f"{len(stored['deaths'])} died",
    on_card=(DIED, RELATED_DEATH, SERIOUS),
)  # fmt: skip
