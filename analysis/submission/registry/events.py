"""Adverse events of the registry, out of the stored table: deaths, serious and other events by organ system. PURE.

Every event is reported: the threshold is 0 percent, since the number of participants with an event above a threshold is
no stored result. An event is serious if one of its episodes is.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.outcomes.event_tally import OTHER, SERIOUS
from trial.protocol import GROUPS, ctcae_v3
from trial.protocol.ctcae_v3.organ_systems import organ_system
from trial.tabulation.registered import TWO_YEARS

Answer = dict[str, Any]
THRESHOLD = "0"
Key = tuple[str, str, str]


def adverse_events(results: Mapping[str, Answer], groups: Sequence[Answer]) -> Answer:
    """The module; participants at risk are those who took a dose."""
    tables = {each["id"]: results[group.code]["endpoints"]["adverse_events"]["registry"]
              for each, group in zip(groups, GROUPS, strict=True)}  # fmt: skip
    return {
        "frequencyThreshold": THRESHOLD,
        "timeFrame": TWO_YEARS,
        "description": "Adverse events that began on or after the day of the first dose, or grew worse than before it.",
        "eventGroups": [{**each, **_totals(tables[each["id"]])} for each in groups],
        "seriousEvents": _events(tables, SERIOUS),
        "otherEvents": _events(tables, OTHER),
    }


def _totals(table: Answer) -> Answer:
    found: Answer = {}
    for name, kind in (("deaths", "deaths"), ("serious", SERIOUS), ("other", OTHER)):
        found |= {f"{name}NumAffected": table["totals"][kind]["affected"],
                  f"{name}NumAtRisk": table["totals"][kind]["at_risk"]}  # fmt: skip
    return found


def _events(tables: Mapping[str, Answer], kind: str) -> list[Answer]:
    """One line for each term that occurs in a group, by organ system and term; who has none counts as 0."""
    rows = {group: {_key(row): row for row in table[kind]} for group, table in tables.items()}
    named = {key: row for of in rows.values() for key, row in of.items()}
    return [
        {"term": row["name"], "organSystem": organ_system(row["term"], row["select"]),
         "sourceVocabulary": ctcae_v3.EDITION, "assessmentType": "SYSTEMATIC_ASSESSMENT",
         "stats": [_stats(group, of.get(key), tables[group]) for group, of in rows.items()]}
        for key, row in sorted(named.items(), key=lambda one: (organ_system(one[1]["term"], one[1]["select"]), one[0]))
    ]  # fmt: skip


def _key(row: Answer) -> Key:
    """The name tells the site's own words of an “other” event apart."""
    return row["name"], row["term"], row["select"]


def _stats(group: str, row: Answer | None, table: Answer) -> Answer:
    at_risk = table["totals"][SERIOUS]["at_risk"]
    return {"groupId": group, "numEvents": row["events"] if row else 0, "numAffected": row["affected"] if row else 0,
            "numAtRisk": at_risk}  # fmt: skip
