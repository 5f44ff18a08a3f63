"""Hostile input for every form of the record, from a seed: what no coordinator types, and what an attacker would.

`campaign` posts mutated and whole-cloth nonsense to every page that writes, and reports what it must never see: an
answer above 499, a typed word that is gone from the page that refuses it, a stored row that its own checks refuse.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.test import Client

from capture.casebook import registry
from capture.casebook.forms import assessment, treatment
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import assessments, dosing, entries
from tests.capture.typed import fields, signed_in
from tests.cast import Cast
from tests.examples import EXAMPLES, HOSTILE
from trial.models import Role
from trial.record.save import Save
from trial.rules.dates.partial_date import PartialDate
from trial.rules.typed_text import unreadable


@dataclass
class Found:
    """What a campaign saw: answers by status, and the faults in words (empty: none)."""

    answers: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    stored: int = 0


def prepare(cast: Cast) -> None:
    """A baseline, a cycle and a follow-up assessment, so that every page opens."""
    nora, one = cast.people[Role.COORDINATOR], cast.participant
    targets = [assessment.NewLesion("liver", "segment 4", Decimal(40))]
    others = [assessment.NewLesion("bone", "rib", None)]
    assessments.save_baseline(
        Save(nora),
        one,
        {"assessed_on": date(2026, 1, 9), "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done"},
        targets,
        others,
    )
    dosing.save_cycle(Save(nora), one, 1, {"started_on": date(2026, 1, 12)}, treatment.AS_PLANNED)
    readings = [assessments.Reading(each.pk, "measured" if each.kind == "target" else "present",
                                    Decimal(35) if each.kind == "target" else None)
                for each in one.lesions.order_by("id")]  # fmt: skip
    assessments.save_follow_up(
        Save(nora),
        one,
        {
            "assessed_on": date(2026, 3, 9),
            "method": "spiral_ct",
            "slice_thickness_mm": 5,
            "marker": "not_done",
            "new_lesions": "no",
        },
        readings,
    )
    entries.save(Save(nora), one, ENTRY_FORMS["adverse_event"], {
        "term": "nausea", "select": "", "other_words": "", "grade": 3, "grade_missing": "", "attribution": 4,
        "attribution_missing": "", "onset_on": PartialDate(2026, 2, 1), "onset_on_missing": "", "resolved_on": None,
        "present_at_baseline": False, "seriousness": "hospitalisation", "expectedness": "expected",
        "hospital_stay": "yes", "aware_on": date(2026, 2, 2), "aware_time": None, "action_taken": "none",
        "outcome": "not_recovered", "cycle_number": 1,
    })  # fmt: skip


def pages(cast: Cast) -> list[tuple[str, str]]:
    """Every address of the record that takes what people type: (kind of entry or empty, address)."""
    root, one = f"/participants/{cast.participant.reference}", cast.participant
    scans, lesion = one.assessments.order_by("id"), one.lesions.order_by("id")[0]
    found = [(kind, f"{root}/{kind}/new/") for kind in ENTRY_FORMS]
    plain = ["/participants/register/", f"{root}/registration/", f"{root}/findings/new/", f"{root}/waiver/",
             f"{root}/cycles/1/", f"{root}/cycles/2/", f"{root}/cycles/1/strike-out/", f"{root}/assessments/new/",
             f"{root}/assessments/response/", f"{root}/lesions/{lesion.pk}/local-treatment/"]  # fmt: skip
    plain += [f"{root}/assessments/{each.pk}/" for each in scans]
    plain += [f"{root}/adverse_event/{each.pk}/reports/new/" for each in one.adverse_events.order_by("id")]
    return found + [("", address) for address in plain]


def campaign(cast: Cast, posts: int, seed: int) -> Found:
    """Posts `posts` times, to every page in turn."""
    chance, found = random.Random(seed), Found()
    nora = signed_in(cast.people[Role.COORDINATOR])
    nora.raise_request_exception = False
    everywhere = pages(cast)
    opened = {address: fields(nora.get(address).content.decode()) for _, address in everywhere}
    for number in range(posts):
        kind, address = everywhere[number % len(everywhere)]
        typed = _typed(chance, opened[address], EXAMPLES[kind].typed if kind else {})
        _post(nora, cast, kind, address, typed, found)
    return found


def _typed(chance: random.Random, page: dict[str, str], valid: dict[str, str]) -> dict[str, str]:
    """Half the time a right form with some fields gone wrong, else nonsense in every field."""
    typed = {**page, **valid, "reason_code": chance.choice(("entry_error", "", "other"))}
    names = sorted(typed) + ["as_opened", "opened_at"]
    wrong = chance.sample(names, min(len(names), chance.randint(1, 4))) if chance.random() < 0.6 else names
    return typed | {name: chance.choice(HOSTILE) for name in wrong}


def _post(nora: Client, cast: Cast, kind: str, address: str, typed: dict[str, str], found: Found) -> None:
    answer = nora.post(address, typed)
    asked = {name: "checked" for name in fields(answer.content.decode()) if name.startswith("acknowledge_")}
    if answer.status_code == 422 and asked:
        answer = nora.post(address, typed | asked)
    found.answers[answer.status_code] += 1
    if answer.status_code >= 500:
        found.faults.append(f"{answer.status_code} at {address} for {_short(typed)}")
    elif answer.status_code == 400:
        # NUL and its like never reach a page: one middleware refuses them, as no keyboard writes them.
        if not any(map(unreadable, typed.values())) or "Nothing was saved. Go back" not in answer.content.decode():
            found.faults.append(f"400 at {address} for {_short(typed)}")
    elif answer.status_code == 422:
        lost = _lost(typed, fields(answer.content.decode()))
        if lost:
            found.faults.append(f"gone from {address}: {lost}")
    elif answer.status_code == 302 and kind:
        found.stored += 1
        _look_at_the_stored(cast, kind, found)


def _lost(typed: dict[str, str], shown: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Text fields whose words are not on the page any more; what a browser cannot show is left out."""
    hidden = {"as_opened", "opened_at", "csrfmiddlewaretoken", "reason_code",
              "assessment", "page", "term_typed", "sent_as", "edition"}  # fmt: skip
    return {
        name: (value[:30], shown[name][:30])
        for name, value in typed.items()
        if name in shown and name not in hidden and shown[name] != value and shown[name] != ""
        and not any(each in value for each in "\x00\r\n")
    }  # fmt: skip


def _look_at_the_stored(cast: Cast, kind: str, found: Found) -> None:
    """The newest entry passes its own hard checks; then it makes room for the next."""
    form = ENTRY_FORMS[kind]
    row = form.model.objects.standing().filter(participant=cast.participant).latest("id")
    values: dict[str, Any] = {each.name: getattr(row, each.name) for each in row._meta.fields}
    below = form.lines
    lines = [{name: getattr(each, name) for name in below.fields} for each in below.of(row)] if below else []
    facts = entries.facts(form, cast.participant, values, row, lines)
    refused = [each.id for each in registry.failing(registry.CHECKS[kind], facts) if each.severity == registry.HARD]
    control = [name for name, value in values.items() if isinstance(value, str) and any(ord(each) < 32 and each not in
               "\r\n\t" for each in value)]  # fmt: skip
    if refused or control:
        found.faults.append(f"stored {kind} against {refused}, control characters in {control}: {_short(values)}")
    entries.strike_out(Save(reason="of the campaign"), cast.participant, form, row)


def _short(values: dict[str, Any]) -> str:
    return str({name: str(value)[:40] for name, value in values.items() if str(value)})[:900]
