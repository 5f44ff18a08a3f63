"""Writes what is new of one participant through the services of the pages, inside a Change of the import.

Order: what a check asks about stands before what it checks. Dates are checked against the death on record, so the
death comes before contacts and events, after doses and scans.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import IntegrityError
from django.db.models import DateField, QuerySet

from capture.casebook import registry, versions
from capture.casebook.forms.assessment import NewLesion
from capture.casebook.forms.treatment import Period
from capture.casebook.registry import CASEBOOK, ENTRY_FORMS
from capture.entry.services import acknowledgements, assessments, dosing, entries, laboratories, registration, screening
from capture.entry.services.assessments import Reading
from capture.exchange.importing.compare_with_record import compared_columns
from capture.exchange.importing.files import Problem
from capture.exchange.importing.parse import Bundle, Entry, by_date
from capture.grading.event_proposals import NOT_AN_EVENT
from trial.models import Acknowledgement, NotDone, Participant, Site, Waiver
from trial.record import changes
from trial.refused import Refused


def write_scans(writer: "Writer", new: "New") -> None:
    """Everything new of the participant's scans; the baseline first, then by date."""
    scans, chosen = new.get("assessments", []), new.get("lesions", [])
    for entry in (each for each in scans if each.values["kind"] == "baseline"):
        writer.attempt(entry, lambda entry=entry: _baseline(writer, entry, chosen))
    assert writer.participant is not None
    lesions = {each.label: each for each in writer.participant.lesions.standing()}
    for entry in chosen:
        if entry.values["label"] not in lesions:
            writer.refuse(entry, "The baseline has no measurement of this lesion, or was refused.", "label")
    for entry in chosen:
        treated_on, lesion = entry.values["locally_treated_on"], lesions.get(entry.values["label"])
        if treated_on and lesion:
            save = replace(writer.run.save(), reason="as imported")
            assessments.treat_locally(save, lesion, treated_on)
    for entry in by_date([each for each in scans if each.values["kind"] != "baseline"], "assessed_on"):
        writer.attempt(entry, lambda entry=entry: _follow_up(writer, entry, lesions))


def _baseline(writer: "Writer", entry: Entry, lesions: list[Entry]) -> Any:
    read = {each.values["lesion"]: each for each in entry.below}
    chosen = sorted((each for each in lesions if each.values["label"] in read), key=_label_order)
    unknown = sorted(set(read) - {each.values["label"] for each in chosen})
    if unknown:
        writer.refuse(entry, f"lesions.csv has no lesion {', '.join(unknown)} of this participant.")
        return None
    kinds = {kind: [_lesion(each, read) for each in chosen if each.values["kind"] == kind]
             for kind in ("target", "non_target")}  # fmt: skip
    saved = assessments.save_baseline(
        writer.run.save(entry.edition), writer.participant, entry.values, kinds["target"], kinds["non_target"]
    )
    _keep_labels(saved, chosen)
    writer.written.update({"lesions": len(chosen), "lesion_readings": len(chosen)})
    writer.said("baseline", entry, saved)
    return saved


def _keep_labels(baseline: Any, chosen: list[Entry]) -> None:
    """The labels of the file: one that was struck out there leaves a gap here too."""
    for kind in ("target", "non_target"):
        labels = [each.values["label"] for each in chosen if each.values["kind"] == kind]
        made = [each.lesion for each in baseline.readings.filter(lesion__kind=kind).order_by("id")]
        # From the last: no label is given while another lesion still has it.
        for lesion, label in reversed(list(zip(made, labels, strict=True))):
            if lesion.label != label:
                lesion.label = label
                lesion.save()


def _follow_up(writer: "Writer", entry: Entry, lesions: dict[str, Any]) -> Any:
    unknown = sorted({each.values["lesion"] for each in entry.below} - set(lesions))
    if unknown:
        writer.refuse(entry, f"The baseline has no lesion {', '.join(unknown)}.")
        return None
    readings = [_reading(each, lesions[each.values["lesion"]].pk) for each in entry.below]
    saved = assessments.save_follow_up(writer.run.save(entry.edition), writer.participant, entry.values, readings)
    writer.written["lesion_readings"] += len(readings)
    writer.said("follow_up_scan", entry, saved)
    return saved


def _lesion(entry: Entry, read: dict[str, Entry]) -> NewLesion:
    found = entry.values
    return NewLesion(found["organ"], found["description"], read[found["label"]].values["longest_diameter_mm"])


def _reading(entry: Entry, lesion_id: int) -> Reading:
    found = entry.values
    return Reading(lesion_id, found["state"], found.get("longest_diameter_mm"), found["not_evaluated_reason"],
                   found["scanned_on"], found.get("merged_with", ""))  # fmt: skip


def _label_order(entry: Entry) -> int:
    return int(entry.values["label"][1:])


# What a check asks about stands before what it checks.
ORDER = sorted(ENTRY_FORMS, key=lambda kind: ENTRY_FORMS[kind].imported)
# What may be entered of someone who is screened only.
BEFORE_REGISTRATION = {"waivers", "screen_failures", *(form.data_set for form in CASEBOOK if form.before_registration)}
New = dict[str, list[Entry]]


class Writer:
    """Writes one participant: `problems` were refused, `written` counts rows by data set, `made` are its entries."""

    def __init__(self, run: changes.Import, participant: Participant | None = None) -> None:
        self.run = run
        self.participant = participant
        self.problems: list[Problem] = []
        self.written: Counter[str] = Counter()
        self.made: list[tuple[Entry, Any]] = []

    def screen(self, bundle: Bundle, site: Site, new: New) -> None:
        """Puts the participant on record as screened, with the checklist; the number given must be the one named."""
        entry = bundle.registration
        assert entry is not None
        details = {name: value for name, value in entry.values.items() if name != "registered_on"}
        answers = {each.values["item"]: _answer(each) for each in new.get("eligibility", [])}
        made = self.attempt(entry, lambda: registration.screen(self.run.save(entry.edition), site, details, answers))
        if made is None:
            return
        self.participant = made
        if made.screening_number != bundle.screening_number:
            words = f"The next screening number is {made.screening_number}. Numbers have no gaps."
            self.refuse(entry, words, "screening_number")
        self.written.update({"registration": 1, "eligibility": len(answers)})

    def rest(self, bundle: Bundle, new: New) -> None:
        """Everything after the screening."""
        assert self.participant is not None
        for entry in new.get("waivers", []):
            self.attempt(entry, lambda entry=entry: self._as_it_is(Waiver, entry))
        self._register(bundle, any(each.values["kind"] == "ineligible" for each in new.get("findings", [])))
        if bundle.registration is not None and bundle.registration.values["registered_on"] and not self.is_registered:
            return
        if not self.is_registered:
            self._refuse_before_registration(new)
            self._screen_failures(new)
            return
        self._screen_failures(new)
        for entry in by_date(new.get("findings", []), "found_on"):
            said = [entry.values[name] for name in ("kind", "found_on", "because")]
            self.attempt(entry, lambda said=said: registration.record_finding(
                self.run.save(), self.participant, *said))  # fmt: skip
        for entry in by_date(new.get("cycles", []), "number"):
            self.attempt(entry, lambda entry=entry: self._cycle(entry))
        write_scans(self, new)
        self._entries(new)
        self._settle_death(new)
        for entry in new.get("not_done", []):
            self.attempt(entry, lambda entry=entry: self._as_it_is(NotDone, entry))

    def _screen_failures(self, new: New) -> None:
        for entry in new.get("screen_failures", []):
            said = [entry.values[name] for name in ("failed_on", "reason", "comment")]
            self.attempt(entry, lambda said=said: screening.fail(self.run.save(), self.participant, *said))

    def _entries(self, new: New) -> None:
        for kind in ORDER:
            for entry in _in_time(kind, new.get(kind, [])):
                adds = entry.on_record is not None
                made = self.attempt(entry, lambda entry=entry, kind=kind: self._entry(kind, entry))
                self.written[entry.name] -= adds and made is not None  # the visit itself is not new

    def _refuse_before_registration(self, new: New) -> None:
        early = {name: rows for name, rows in new.items() if name in BEFORE_REGISTRATION}
        for rows in (rows for name, rows in new.items() if name not in early):
            for entry in rows:
                self.refuse(entry, "This form needs a registered participant.")
        self._entries(early)

    @property
    def is_registered(self) -> bool:
        """Whether the participant has a study number by now."""
        return self.participant is not None and self.participant.is_registered

    def _register(self, bundle: Bundle, found_ineligible: bool) -> None:
        entry = bundle.registration
        if entry is None or not entry.values["registered_on"] or self.is_registered:
            return
        assert self.participant is not None
        participant = self.participant
        save, on = self.run.save(), entry.values["registered_on"]
        made = self.attempt(entry, lambda: registration.register(
            save, participant, on, found_ineligible=found_ineligible), counted=False)  # fmt: skip
        if made is None:
            return
        self.participant = made
        self.said("registration", entry, made)
        if bundle.number and made.number != bundle.number:
            words = f"The next study number is {made.number}. Numbers have no gaps."
            self.refuse(entry, words, "study_number")

    def _as_it_is(self, model: Any, entry: Entry) -> Any:
        """A row whose service would decide it anew: the chair's waiver, what the schedule of that day asked for."""
        participant = self.participant
        assert participant is not None
        with changes.record(self.run.save(), "enter", participant=participant, groups=(participant.group,)):
            values = {name: entry.values[name] for name in compared_columns(entry.name)}
            return model.objects.create(participant=participant, **values)

    def _cycle(self, entry: Entry) -> Any:
        periods = [_period(each) for each in sorted(entry.below, key=lambda each: each.values["from_day"])]
        save = self.run.save(entry.edition)
        saved = dosing.save_cycle(save, self.participant, entry.values["number"], entry.values, periods)
        self.written["dosing_periods"] += len(periods)
        self.said("cycle", entry, saved)
        return saved

    def _entry(self, kind: str, entry: Entry) -> Any:
        book = ENTRY_FORMS[kind]
        values = {name: entry.values[name] for name in book.form.stored()}
        if kind == "adverse_event":
            values["continues"] = entry.continues.on_record if entry.continues else None
        lines = [{name: each.values[name] for name in book.lines.fields} for each in entry.below] if book.lines else []
        on_record = book.lines.of(entry.on_record) if book.lines is not None and entry.on_record is not None else ()
        already = len(on_record)
        if kind == "visit":
            had = {each.analyte for each in on_record}
            kept, new = ([each for each in lines if (each["analyte"] in had) is there] for there in (True, False))
            lines = kept + laboratories.with_limits(self.participant, values, new)  # type: ignore[arg-type]
        save = self.run.save(entry.edition)
        if entry.on_record is not None:
            save = replace(save, reason="as imported")
        saved = entries.save(save, self.participant, book, values, row=entry.on_record, lines=lines)
        if book.lines is not None:
            self.written[book.lines.file] += len(lines) - already
        entry.on_record = saved
        self.said(kind, entry, saved)
        return saved

    def _settle_death(self, new: New) -> None:
        """A fatal event is entered after the death; what the death asked about may be answered by it.

        Nothing is asked anew here: a rule of order was asked already of the entry that came after the death.
        """
        for entry in new.get("death", []):
            saved = entry.on_record
            if saved is not None:
                book = ENTRY_FORMS["death"]
                values = {name: entry.values[name] for name in book.form.stored()}
                known = entries.facts(book, self.participant, values, saved)  # type: ignore[arg-type]
                asked = set(_asked("death", saved))
                failing = registry.settle(versions.checks_of("death", saved.form_edition), known, None)
                soft = tuple(check for check in failing if check.id in asked)
                acknowledgements.keep(self.participant, "death", saved.pk, soft, None)  # type: ignore[arg-type]

    def said(self, form: str, entry: Entry, saved: Any) -> None:
        """Reasons given to the soft checks that fail here too, and to values that are no adverse event."""
        given = {each.values["check_id"]: each.values for each in entry.acknowledged}
        if not given:
            return
        participant = self.participant
        assert participant is not None
        failing = set(_asked(form, saved))
        soft = tuple(check for check in registry.CHECKS[form] if check.id in failing)
        because = {check.id: given[check.id]["because"] for check in soft if check.id in given}
        acknowledgements.keep(participant, form, saved.pk, soft, because)
        no_events = [values for name, values in given.items() if name.startswith(NOT_AN_EVENT)]
        for values in no_events:
            Acknowledgement.objects.create(participant=participant, form=form, row_id=saved.pk, words=values["words"],
                                           check_id=values["check_id"], because=values["because"])  # fmt: skip
        self.written["acknowledgements"] += len(because) + len(no_events)

    def attempt(self, entry: Entry, write: Callable[[], Any], counted: bool = True) -> Any:
        """Runs the service; what it refuses becomes problems of the row, and nothing of it stays."""
        try:
            made = write()
        except registry.ChecksFailed as refusal:
            for check in refusal.failures:
                self.refuse(entry, check.words, check.field if check.field in entry.row.cells else "")
        except Refused as refusal:
            for words in refusal.reasons:
                self.refuse(entry, words)
        except IntegrityError as refusal:
            rule = getattr(getattr(refusal.__cause__, "diag", None), "constraint_name", "") or "one of its rules"
            self.refuse(entry, f"The database refuses the row ({rule.replace('_', ' ')}).")
        else:
            if counted and made is not None:
                self.made.append((entry, made))
                self.written[entry.name] += entry.name != "registration"
            return made
        return None

    def refuse(self, entry: Entry, words: str, column: str = "") -> None:
        self.problems.append(entry.row.problem(words, column))


def _answer(entry: Entry) -> registration.Answer:
    met = {"yes": True, "no": False}.get(entry.values["met"])
    return registration.Answer(met, **{name: entry.values[name] for name in
                                       ("value", "measured_on", "measured", "upper_limit")})  # fmt: skip


def _period(entry: Entry) -> Period:
    found = entry.values
    return Period(found["from_day"], found["to_day"], found["dose_mg"], found["frequency"], found["reason"])


def _asked(form: str, saved: Any) -> "QuerySet[Acknowledgement, str]":
    """The soft checks that ask something about this entry now."""
    rows = Acknowledgement.objects.standing().filter(form=form, row_id=saved.pk)
    return rows.values_list("check_id", flat=True)


def _in_time(kind: str, rows: list[Entry]) -> list[Entry]:
    """By date, since checks compare with the entry before; by partial ones as the file has them, what continues another
    last."""
    if isinstance(ENTRY_FORMS[kind].model._meta.get_field(ENTRY_FORMS[kind].dated_by), DateField):
        return by_date(rows, ENTRY_FORMS[kind].dated_by)
    return sorted(rows, key=lambda entry: entry.continues is not None)
