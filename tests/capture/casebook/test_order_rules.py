"""Rules between two dated facts: in any order of entry, and by correction of either, the same facts get one answer."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from capture.casebook import registry
from capture.casebook.forms.assessment import NewLesion, Reading
from capture.casebook.forms.treatment import Period
from capture.casebook.order_rules import (
    AFTER_CONSENT,
    COVERED,
    CYCLE,
    FINDING,
    SCAN_OF_PROGRESSION,
    DistanceRule,
    Fact,
    LastDose,
    OrderRule,
)
from capture.casebook.registry import CHECKS, ENTRY_FORMS, FORMS, HARD, ORDER_RULES
from capture.entry.moved import MOVES
from capture.entry.services import assessments, corrections, dosing, entries, registration
from tests.cast import Cast, register
from tests.examples import values
from tests.plugin_postgres import another_database
from trial.models import Acknowledgement, EditionApproval, Query, Role
from trial.models.fields import PartialDateField
from trial.record import changes, versions_in_force
from trial.record.save import Save
from trial.rules.dates.partial_date import PartialDate

pytestmark = pytest.mark.requirement("R46")

BASE = date(2026, 2, 24)
BEFORE, AFTER = BASE - timedelta(days=12), BASE + timedelta(days=50)
SAVED = "saved"
When = date | PartialDate
# What an entry says beside the date that is tried.
BESIDE: dict[tuple[str, str], dict[str, Any]] = {
    ("follow_up", "contacted_on"): {"alive": "alive"},
    ("follow_up", "progressed_on"): {"contacted_on": AFTER, "alive": "dead", "progression": "radiological",
                                     "progression_method": "mri"},
    ("follow_up", "disease_assessed_on"): {"contacted_on": AFTER, "alive": "dead"},
    ("follow_up", "new_therapy_on"): {"contacted_on": AFTER, "alive": "dead", "new_therapy": "yes"},
    ("adverse_event", "resolved_on"): {"outcome": "recovered"},
    ("visit", "visited_on"): {"cycle_number": 1},
    ("medication", "stopped_on"): {"started_on": PartialDate(2025)},
}  # fmt: skip


def _is_partial(fact: Fact) -> bool:
    model = FORMS[fact.form].model
    return not fact.lines and not fact.derived and isinstance(model._meta.get_field(fact.field), PartialDateField)


def _ids(rule: OrderRule) -> set[str]:
    """The checks that ask the rule; that of a form that declares it itself too."""
    own = {check.id for check in CHECKS[rule.earlier.form]
           if isinstance(check, registry.AfterDeath) and check.field == rule.earlier.field}  # fmt: skip
    # A follow-up on the very day of the baseline is also a second assessment of that day.
    same_day = {"FOLL-07"} if rule.strictly else set()
    return {rule.at_later.id} | ({rule.at_earlier.id} if rule.at_earlier else own) | same_day


def _name(rule: OrderRule) -> str:
    return f"{rule.earlier.form}.{rule.earlier.field}-{rule.later.form}.{rule.later.field}"


@dataclass
class Desk:
    """Enters and corrects the two facts of a rule for one participant, by the services that pages and imports use."""

    cast: Cast
    rule: OrderRule

    def __post_init__(self) -> None:
        """What the two facts need: a scan needs a baseline and day 1."""
        self.nora = self.cast.people[Role.COORDINATOR]
        # Registered late where it is consent that moves: it must never lie after registration.
        late = self.rule.earlier.field == "consented_on"
        self.one = register(self.nora, self.cast.north, date(2026, 5, 30) if late else date(2026, 1, 8))
        forms = {self.rule.earlier.form, self.rule.later.form}
        if "visit" in forms and not EditionApproval.objects.exists():  # its newest version asks for the sample
            with changes.record(None, "system", "for the test"):
                versions_in_force.open_site(None, self.cast.north)
        if "follow_up_scan" in forms and "baseline" not in forms:
            assert self.put(Fact("baseline", "assessed_on"), date(2026, 1, 9)) == SAVED
        # A scan that shows progression stands between day 1 and a later cycle.
        self.is_later_cycle = SCAN_OF_PROGRESSION in (self.rule.earlier, self.rule.later)
        if "follow_up_scan" in forms and ("cycle" not in forms or self.is_later_cycle):
            assert self.put(Fact("cycle", "started_on"), date(2026, 1, 12)) == SAVED

    def put(self, fact: Fact, when: When) -> str:
        """Enters the fact or corrects it: SAVED, or the severity of the check that stopped it."""
        if _is_partial(fact) and isinstance(when, date):
            when = PartialDate(when.year, when.month, when.day)
        others = {check.id: "of the test" for checks in CHECKS.values() for check in checks}
        given_reasons = {name: words for name, words in others.items() if name not in _ids(self.rule)}
        given_reasons[MOVES.id] = "of the test"
        save = Save(self.nora, reason="read off the wrong line", acknowledged=given_reasons)
        write: dict[str, Callable[..., Any]] = {
            "registration": self._registration, "cycle": self._cycle, "baseline": self._baseline,
            "follow_up_scan": self._scan,
        }  # fmt: skip
        try:
            write.get(fact.form, self._entry)(save, fact, when)
        except registry.ChecksFailed as caught:
            assert {check.id for check in caught.failures} <= _ids(self.rule), caught.reasons
            return caught.failures[0].severity
        return SAVED

    def _registration(self, save: Save, fact: Fact, when: When) -> None:
        try:
            corrections.correct_participant(save, self.one, {fact.field: when})
        finally:
            self.one.refresh_from_db()

    def _cycle(self, save: Save, fact: Fact, when: date) -> None:
        # Of a cycle whose start is tried every dose was held, so that it has no last dose beside.
        days, held = 20, Period(1, 28, 0, "held", "rash")
        is_dose = isinstance(fact, LastDose)
        starts = when - timedelta(days=days - 1) if is_dose else when
        periods = [Period(1, days, 400, "twice_daily") if is_dose else held]
        number = 2 if self.is_later_cycle and self.one.cycles.exists() else 1
        dosing.save_cycle(save, self.one, number, {"started_on": starts}, periods)

    def _baseline(self, save: Save, fact: Fact, when: date) -> None:
        row = self.one.assessments.standing().filter(kind="baseline").first()
        lesion = self.one.lesions.standing().first()
        target = NewLesion("liver", "segment 4", Decimal(40), lesion.pk if lesion else None)
        head = {"assessed_on": when, "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done"}
        assessments.save_baseline(save, self.one, head, [target], [], row)

    def _scan(self, save: Save, fact: Fact, when: date) -> None:
        row = self.one.assessments.standing().filter(kind="follow_up").first()
        beside = date(2026, 1, 20) if self.rule.later.form == "death" else AFTER
        head = {"assessed_on": beside, "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done",
                "new_lesions": "no"}  # fmt: skip
        if fact.derived:
            head["assessed_on"] = when
        elif not fact.lines:
            head |= {fact.field: when, "new_lesions": "yes" if fact.field == "new_lesion_on" else "no"}
        scanned_on = when if fact.lines else None
        size = Decimal(60 if fact.derived else 39)
        readings = [Reading(lesion.pk, "measured", size, "", scanned_on) for lesion in self.one.lesions.all()]
        assessments.save_follow_up(save, self.one, head, readings, row)

    def _entry(self, save: Save, fact: Fact, when: When) -> None:
        form = ENTRY_FORMS[fact.form]
        typed = values(fact.form) | {"because": "frailty"} if fact.form == "off_treatment" else values(fact.form)
        typed |= BESIDE.get((fact.form, fact.field), {}) | {fact.field: when}
        if (fact.form, fact.field) == ("visit", "sampled_on") and self.rule.earlier.field == "consented_on":
            typed["visited_on"] = AFTER
        if fact.only:
            typed[fact.only[0]] = fact.values[0]
        row = form.model.objects.standing().filter(participant=self.one).first()
        entries.save(save, self.one, form, typed, row=row)


def _stories(rule: OrderRule, earlier: When, later: When) -> dict[str, list[tuple[Fact, When]]]:
    """Every way to come to these two facts; the answer to the last step is compared."""
    one, other = (rule.earlier, earlier), (rule.later, later)
    # A day of each with which the other is as it must be.
    is_near = isinstance(rule, DistanceRule)
    before, after = (BASE, earlier) if is_near else (BEFORE, AFTER)
    stories = {
        "earlier then later": [one, other],
        "later then earlier": [other, one],
        "earlier corrected": [(rule.earlier, before), other, one],
        "later corrected": [one, (rule.later, after), other],
    }
    if rule.later.form == "follow_up_scan":
        del stories["later then earlier"]  # a follow-up is entered after the baseline and day 1 that it rests on
    return stories


def _answers(cast: Cast, rule: OrderRule, earlier: When, later: When) -> dict[str, str]:
    answers = {}
    for name, steps in _stories(rule, earlier, later).items():
        desk = Desk(cast, rule)
        for fact, when in steps[:-1]:
            assert desk.put(fact, when) == SAVED, (name, fact)
        answers[name] = desk.put(*steps[-1])
    return answers


@pytest.mark.parametrize("rule", [rule for rule in ORDER_RULES if FINDING not in (rule.earlier, rule.later)], ids=_name)
def test_two_facts_get_one_answer_in_every_order_of_entry_and_by_correction(cast: Cast, rule: OrderRule) -> None:
    # The last pair of days that is as it must be, and the first that is not.
    last = BASE - timedelta(days=rule.most_days if isinstance(rule, DistanceRule) else rule.strictly)
    more = timedelta(days=-1 if isinstance(rule, DistanceRule) else 1)
    for earlier, expected in ((last, SAVED), (last + more, rule.severity)):
        answers = _answers(cast, rule, earlier, BASE)
        assert set(answers.values()) == {expected}, (earlier, answers)


@pytest.mark.timeout(600)
def test_any_two_dates_partial_ones_too_get_one_answer(cast: Cast, database: str) -> None:
    """A date of which the day is unknown is out of order only when each of its days is."""

    def dates(fact: Fact) -> some.SearchStrategy[When]:
        full = some.integers(0, 14).map(lambda days: BASE + timedelta(days=days))
        months = some.sampled_from((PartialDate(2026, 2), PartialDate(2026, 3), PartialDate(2026)))
        return full | months if _is_partial(fact) else full

    rules = [rule for rule in ORDER_RULES if type(rule) is OrderRule and rule.later != FINDING]
    pairs = some.sampled_from(rules).flatmap(
        lambda rule: some.tuples(some.just(rule), dates(rule.earlier), dates(rule.later))
    )

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(pairs)
    def compare(drawn: tuple[OrderRule, When, When]) -> None:
        rule, earlier, later = drawn
        first = earlier.earliest() if isinstance(earlier, PartialDate) else earlier
        last = later.latest() if isinstance(later, PartialDate) else later
        is_broken = last <= first if rule.strictly else last < first
        # A database for each, so that no stage of the group is ever complete.
        with another_database(database, database):
            answers = _answers(cast, rule, earlier, later)
        assert set(answers.values()) == {rule.severity if is_broken else SAVED}, answers

    compare()


def test_the_death_names_the_entries_that_lie_after_it(cast: Cast) -> None:
    rule = next(rule for rule in ORDER_RULES if rule.earlier.form == "visit" and rule.later.form == "death")
    desk = Desk(cast, rule)
    assert desk.put(rule.earlier, date(2026, 3, 2)) == SAVED
    with pytest.raises(registry.ChecksFailed, match="alive. Entered: Visit at cycle start 02-MAR-2026.$"):
        desk._entry(Save(desk.nora), rule.later, PartialDate(2026, 2))


def test_a_soft_rule_that_a_correction_of_consent_breaks_is_kept_with_its_reason_or_asked_as_a_query(
    cast: Cast,
) -> None:
    rule = next(rule for rule in ORDER_RULES if rule.later == Fact("deviation", "happened_on"))
    for because in ("by phone", ""):
        desk, given_reasons = Desk(cast, rule), {"REG-04": because} if because else None
        assert desk.put(rule.later, BASE) == SAVED
        save = Save(desk.nora, reason="misread", acknowledged=given_reasons)
        corrections.correct_participant(save, desk.one, {"consented_on": BASE + timedelta(days=1)})
        kept = Acknowledgement.objects.get(participant=desk.one, form="registration")
        assert (kept.row_id, kept.because) == (desk.one.pk, because) and kept.words.endswith("24-FEB-2026.")
        asked = Query.objects.filter(participant=desk.one, check_id="REG-04").values_list("field", flat=True)
        assert list(asked) == ([] if because else ["consented_on"])


def test_only_what_is_impossible_is_refused() -> None:
    soft = {_name(rule) for rule in ORDER_RULES if rule.severity != HARD}
    assert soft == {
        "registration.consented_on-deviation.happened_on", "registration.consented_on-adverse_event.onset_on",
        "baseline.assessed_on-cycle.started_on", "history.began_on-cycle.started_on",
        "medication.started_on-cycle.started_on", "prior_therapy.started_on-cycle.started_on",
        "off_study.off_on-death.died_on",
        "cycle.started_on-follow_up.progressed_on", "cycle.started_on-follow_up_scan.progression_shown_on",
        "cycle.started_on-withdrawal.withdrew_on", "cycle.to_day-withdrawal.withdrew_on",
        *(f"{form}.{field}-withdrawal.withdrew_on" for form, field, *_ in COVERED),
        *(f"registration.consented_on-{form}.{field}" for form, field, *_ in AFTER_CONSENT),
        "cycle.started_on-visit.visited_on", "visit.visited_on-cycle.started_on",
    }  # fmt: skip


@pytest.mark.parametrize(("form", "because"), [("blood_pressure", "taken before the letter came"), ("hormone", "")])
def test_what_consent_no_longer_covers_is_queried_even_where_it_is_explained(
    cast: Cast, form: str, because: str
) -> None:
    rule = next(rule for rule in ORDER_RULES if rule.earlier.form == form and rule.later.form == "withdrawal")
    desk, check = Desk(cast, rule), rule.at_earlier
    assert desk.put(rule.later, BASE) == SAVED and check is not None
    late = BASE + timedelta(days=1)
    with pytest.raises(registry.SecondLook, match="after consent was withdrawn"):
        desk._entry(Save(desk.nora, acknowledged={}), rule.earlier, late)
    desk._entry(Save(desk.nora, acknowledged={check.id: because} if because else None), rule.earlier, late)
    query = Query.objects.get(participant=desk.one, check_id=check.id)
    assert (query.form, query.state) == (form, "answered" if because else "open")
    desk._entry(Save(desk.nora, reason="misread"), rule.earlier, BASE)
    query.refresh_from_db()
    assert query.state == "closed"


def test_after_withdrawal_from_treatment_alone_examinations_go_on(cast: Cast) -> None:
    rule = next(rule for rule in ORDER_RULES if rule.earlier.form == "hormone" and rule.later.form == "withdrawal")
    desk = Desk(cast, rule)
    desk._entry(Save(desk.nora), replace(rule.later, only=("scope", "treatment")), BASE)
    assert desk.put(rule.earlier, AFTER) == SAVED


def test_every_dated_form_is_held_against_the_death() -> None:
    alone = {rule.earlier.form for rule in ORDER_RULES if rule.later.form == "death"}
    assert alone == set(FORMS) - {"death"}


def test_a_soft_rule_that_one_entry_answered_is_not_asked_of_the_other_when_its_date_stays(cast: Cast) -> None:
    rule = next(rule for rule in ORDER_RULES if rule.earlier.form == "off_study" and rule.later.form == "death")
    desk, explained = Desk(cast, rule), {"OFS-05": "the letter came later"}
    assert desk.put(rule.later, BASE) == SAVED
    late = BASE + timedelta(days=1)
    desk._entry(Save(desk.nora, acknowledged=explained), rule.earlier, late)
    death = desk.one.deaths.get()
    corrected = values("death") | {"died_on": death.died_on, "cause": "other", "because": "fall"}
    save = Save(desk.nora, reason="misread", acknowledged={MOVES.id: "misread"})
    entries.save(save, desk.one, ENTRY_FORMS["death"], corrected, row=death)
    assert set(Acknowledgement.objects.filter(form="death").values_list("check_id", flat=True)) == {MOVES.id}
    with pytest.raises(registry.SecondLook, match="before the off-study date"):
        moved = corrected | {"died_on": PartialDate(2026, 2, 23)}
        save = Save(desk.nora, reason="misread", acknowledged={MOVES.id: "misread"})
        entries.save(save, desk.one, ENTRY_FORMS["death"], moved, row=death)


def test_a_registration_issue_is_held_against_the_registration_from_both_sides(cast: Cast) -> None:
    desk = Desk(cast, next(rule for rule in ORDER_RULES if rule.later == FINDING))
    with pytest.raises(registry.ChecksFailed, match="The registration issue must not be before registration."):
        registration.record_finding(Save(desk.nora), desk.one, "ineligible", date(2026, 1, 7), "wrong tumor")
    registration.record_finding(Save(desk.nora), desk.one, "ineligible", date(2026, 1, 8), "wrong tumor")
    with pytest.raises(registry.ChecksFailed, match="Entered: Registration issue 08-JAN-2026"):
        save = Save(desk.nora, reason="misread")
        corrections.correct_participant(save, desk.one, {"registered_on": date(2026, 1, 9)})


def test_day_1_that_moves_asks_about_the_follow_ups_that_it_leaves_outside_their_windows(cast: Cast) -> None:
    desk = Desk(cast, next(rule for rule in ORDER_RULES if rule.later.form == "follow_up_scan"))
    baseline, start = Fact("baseline", "assessed_on"), date(2026, 1, 12)
    if not desk.one.assessments.exists():
        assert desk.put(baseline, date(2026, 1, 9)) == SAVED
    assert desk.put(CYCLE, start) == SAVED
    scan = Fact("follow_up_scan", "assessed_on")
    assert desk.put(scan, start + timedelta(days=63)) == SAVED
    held = [Period(1, 20, 0, "held", "rash")]

    def move(days: int) -> None:
        moved = Save(desk.nora, reason="misread", acknowledged={MOVES.id: "misread", "DOSE-10": "not known"})
        dosing.save_cycle(moved, desk.one, 1, {"started_on": start + timedelta(days=days)}, held)

    move(1)
    with pytest.raises(registry.SecondLook, match="outside its window"):
        move(-1)
