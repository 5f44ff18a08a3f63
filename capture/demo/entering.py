"""Enters the steps of the demo's story through the services that people use, one Change a step."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from capture.casebook.forms import assessment, treatment
from capture.casebook.registry import CHECKS, ENTRY_FORMS
from capture.demo.background import answers
from capture.demo.participant import Step
from capture.entry.services import assessments, corrections, dosing, entries, registration
from capture.expedited import reports
from trial.models import Cycle, Participant, Person, Reopening, Waiver
from trial.record.save import Save


@dataclass
class Desk:
    """Where the demo is entered: the coordinator of each site, the chair, and by key whom they have entered so far."""

    coordinators: Mapping[str, Person]
    chair: Person
    participants: dict[str, Participant] = field(default_factory=dict)


@dataclass
class Entry:
    """One step at the desk of the site of its participant."""

    desk: Desk
    key: str
    site: str
    step: Step

    @property
    def participant(self) -> Participant:
        """The participant of the step as on record now."""
        return self.desk.participants[self.key]

    @property
    def person(self) -> Person:
        """The coordinator of the site."""
        return self.desk.coordinators[self.site]

    def save(self, form: str = "", reason: str = "") -> Save:
        """What the coordinator saves; the same is said to each soft check of the form, or nobody has looked."""
        words = self.step.looked_at
        looked = {check.id: words for check in CHECKS[form]} if form and words else None
        return replace(self._save(self.person), reason=reason, acknowledged=looked)

    @property
    def decision(self) -> Save:
        """What the chair saves."""
        return self._save(self.desk.chair)

    def _save(self, person: Person) -> Save:
        # Thousands of Changes before a worker runs, which sweeps when it comes up.
        return Save(person, program=f"demo {self.key}", wakes=False)


def enter(entry: Entry) -> None:
    """Makes one entry; raises what the service raises: the story is to be possible."""
    act = ACTS.get(entry.step.kind, _form)
    act(entry, entry.step.values)


def _form(entry: Entry, values: Mapping[str, Any]) -> None:
    wanted = dict(values)
    if "continues" in wanted:
        first = entry.participant.adverse_events.filter(term=wanted["continues"], continues=None).first()
        wanted["continues"] = first
    kind = entry.step.kind
    entries.save(entry.save(kind), entry.participant, ENTRY_FORMS[kind], wanted, lines=entry.step.lines)


def _screening(entry: Entry, values: Mapping[str, Any]) -> None:
    """And registration, where a day is named."""
    details, site = values["details"], entry.person.sites.get(code=entry.site)
    found = answers(details["consented_on"], values.get("unmet", ""))
    entry.desk.participants[entry.key] = (
        registration.screen_and_register(entry.save("registration"), site, details, found, values["registered_on"])
        if "registered_on" in values else registration.screen(entry.save(), site, details, found)
    )  # fmt: skip


def _decision(entry: Entry, values: Mapping[str, Any]) -> None:
    waiver = Waiver.objects.get(participant=entry.participant)
    registration.decide_waiver(entry.decision, waiver, values["approve"], values["because"])


def _registering(entry: Entry, values: Mapping[str, Any]) -> None:
    done = registration.register(entry.save(), entry.participant, values["registered_on"])
    entry.desk.participants[entry.key] = done


def _baseline(entry: Entry, values: Mapping[str, Any]) -> None:
    targets = [assessment.NewLesion(each.organ, f"lesion {place}", each.longest_diameter_mm)
               for place, each in enumerate(values["targets"], start=1)]  # fmt: skip
    non_targets = [assessment.NewLesion(organ, words, None) for organ, words in values["non_targets"]]
    head = _head(values["assessed_on"], values["marker"])
    assessments.save_baseline(entry.save("baseline"), entry.participant, head, targets, non_targets)


def _head(assessed_on: date, marker: str) -> dict[str, Any]:
    return {"assessed_on": assessed_on, "method": "spiral_ct", "slice_thickness_mm": 5, "marker": marker}


def _scan(entry: Entry, values: Mapping[str, Any]) -> None:
    """A first reading, or, with a reason, another one."""
    scan, longer_mm, reason = values["scan"], values.get("longer_mm", "0"), values.get("reason", "")
    seen = list(entry.participant.lesions.standing().order_by("id"))
    targets = [lesion for lesion in seen if lesion.kind == "target"]
    readings = [_reading(lesion.pk, place, scan, Decimal(longer_mm)) for place, lesion in enumerate(targets)]
    state = _non_target_state(scan)
    why = scan.why_missing if state == "not_evaluated" else ""
    readings += [assessments.Reading(each.pk, state, None, why, None) for each in seen if each.kind != "target"]
    row = entry.participant.assessments.get(assessed_on=scan.on) if reason else None
    found = _head(scan.on, scan.marker) | {
        "new_lesions": "yes" if scan.new_lesion else "no", "new_lesion_on": scan.on if scan.new_lesion else None,
        "new_lesion_description": "liver, segment 7" if scan.new_lesion else "", "investigator_response": scan.opinion,
    }  # fmt: skip
    assessments.save_follow_up(entry.save("follow_up_scan", reason), entry.participant, found, readings, row)


def _non_target_state(scan: Any) -> str:
    if scan.non_target_progressed:
        return "unequivocal_progression"
    if all(each is None for each in scan.millimetres):
        return "not_evaluated"
    return "absent" if all(each == 0 for each in scan.millimetres) else "present"


def _reading(lesion_id: int, place: int, scan: Any, longer_mm: Decimal) -> assessments.Reading:
    millimetres, scanned_on = scan.millimetres[place], scan.scanned_late.get(place)
    if millimetres is None:
        return assessments.Reading(lesion_id, "not_evaluated", None, scan.why_missing, scanned_on)
    if millimetres == 0:
        return assessments.Reading(lesion_id, "absent", None, "", scanned_on)
    if millimetres < 6:
        return assessments.Reading(lesion_id, "too_small", Decimal(5), "", scanned_on)
    return assessments.Reading(lesion_id, "measured", millimetres + longer_mm, "", scanned_on)


def _cycle(entry: Entry, values: Mapping[str, Any]) -> None:
    periods = [treatment.Period(*each) for each in values["periods"]]
    found = {name: values[name] for name in dosing.FIELDS}
    dosing.save_cycle(entry.save("cycle"), entry.participant, values["number"], found, periods)


def _count_again(entry: Entry, values: Mapping[str, Any]) -> None:
    cycle = Cycle.objects.get(participant=entry.participant, number=values["number"])
    rows = cycle.periods.standing().order_by("from_day")
    periods = [treatment.Period(row.from_day, row.to_day, row.dose_mg, row.frequency, row.reason) for row in rows]
    found = {name: getattr(cycle, name) for name in dosing.FIELDS} | {"tablets_returned": values["returned"]}
    dosing.save_cycle(entry.save("cycle", values["reason"]), entry.participant, cycle.number, found, periods)


def _local_treatment(entry: Entry, values: Mapping[str, Any]) -> None:
    first = entry.participant.lesions.filter(kind="target").order_by("id")[0]
    assessments.treat_locally(entry.save(reason=values["reason"]), first, values["treated_on"])


def _strike_out(entry: Entry, values: Mapping[str, Any]) -> None:
    form = ENTRY_FORMS[values["kind"]]
    found = {name: value for name, value in values.items() if name not in ("kind", "reason")}
    row = form.model.objects.standing().get(participant=entry.participant, **found)
    entries.strike_out(entry.save(reason=values["reason"]), entry.participant, form, row)


def _expedited_report(entry: Entry, values: Mapping[str, Any]) -> None:
    event = entry.participant.adverse_events.filter(term=values["term"], grade__gte=4).latest("id")
    reports.save(entry.save(), event, {name: value for name, value in values.items() if name != "term"})


# Kind of step → what enters it; every other kind is a form of the casebook.
ACTS: dict[str, Callable[[Entry, Mapping[str, Any]], Any]] = {
    "registration": _screening, "screening": _screening, "decision": _decision, "registering": _registering,
    "baseline": _baseline, "scan": _scan, "scan_again": _scan, "cycle": _cycle, "count_again": _count_again,
    "local_treatment": _local_treatment, "strike_out": _strike_out, "expedited_report": _expedited_report,
    "waiver": lambda entry, said: registration.request_waiver(
        entry.save(), entry.participant, said["because"], said["criteria"]),
    "finding": lambda entry, said: registration.record_finding(
        entry.save(), entry.participant, said["kind"], said["found_on"], said["because"]),
    "correction": lambda entry, said: corrections.correct_participant(
        entry.save(reason=said["reason"]), entry.participant, said["corrections"]),
    "reopening": lambda entry, said: registration.reopen(entry.decision, said["group"], said["because"]),
    "reopening_withdrawn": lambda entry, said: registration.withdraw(
        entry.decision, Reopening.objects.standing().get(group=said["group"]), said["because"]),
}  # fmt: skip
