"""The whole demo cohort, loaded once: both groups pass through the gate, and gate and endpoints agree."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db.models import DateField, DateTimeField
from django.utils import timezone

from analysis.results.automatic_queries import ask
from analysis.results.recompute import recompute
from capture.casebook.forms.treatment import tablets_of
from capture.exchange.data_sets import every
from capture.expedited.clocks import clocks_of
from capture.participants import selectors
from capture.participants.entry_lists import incomplete_entries
from tests.capture.demo.kept import demo_database
from tests.plugin_postgres import another_database
from trial.models import (
    Acknowledgement,
    Change,
    Cycle,
    DosingPeriod,
    DueItem,
    Participant,
    Query,
    RecordRow,
    Reopening,
    Site,
)
from trial.models.fields import PartialDateField
from trial.protocol import OVERDUE
from trial.record import in_force, snapshot
from trial.record.in_force import settings_in_force
from trial.record.site_clock import today_by_site
from trial.rules.accrual import WAITING
from trial.rules.dates.partial_date import PartialDate
from trial.rules.evaluation.accrual_stage import standing
from trial.rules.evaluation.due_dates import Treatment
from trial.rules.evaluation.populations import is_ended, is_in_error
from trial.rules.safety import expedited_reports

# The load is one story of some three thousand entries; on a busy machine it takes minutes.
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def demo(template_database: str) -> Iterator[str]:
    """The demo cohort in a database that these tests only read."""
    with another_database(template_database, demo_database()) as name:
        yield name


def _registered(key: str) -> int:
    """The number of the Change that registered this one."""
    return Change.objects.get(act="register", version_of_program__endswith=f"demo {key}").pk


def _gate_after(key: str) -> in_force.accrual.Gate:
    return in_force.gate_in_force(key[0], as_of=_registered(key))


def _gate_before(key: str) -> in_force.accrual.Gate:
    return in_force.gate_in_force(key[0], as_of=_registered(key) - 1)


def test_it_is_93_in_two_groups_at_six_sites(demo: str) -> None:
    registered = Participant.objects.filter(number__isnull=False)
    assert Counter(registered.values_list("group", flat=True)) == {"A": 50, "B": 43}
    assert registered.values("site").distinct().count() == 6
    numbers = sorted(registered.values_list("number", flat=True))
    assert numbers == [f"NET-{place:03d}" for place in range(1, 94)]


def test_group_a_closes_opens_by_a_finding_closes_again_and_opens_by_a_second_responder(demo: str) -> None:
    full = _gate_after("A23")
    assert not full.open and full.ground == WAITING and full.stage is not None and full.stage.responders == 1
    assert _gate_before("A24").open
    assert not _gate_after("A24").open
    passed = _gate_before("A25")
    assert passed.open and passed.stage is not None and passed.stage.is_passed and passed.stage.responders == 2


def test_group_b_closes_is_reopened_by_the_chair_and_passes_by_itself(demo: str) -> None:
    assert not _gate_after("B22").open
    lifted = _gate_before("B23")
    assert lifted.open and lifted.ground == WAITING and lifted.line.startswith("Reopened by the study chair")
    assert Reopening.objects.get().is_struck_out
    passed = _gate_before("B25")
    assert passed.open and passed.stage is not None and passed.stage.is_passed


def test_nobody_was_registered_in_a_closed_group(demo: str) -> None:
    for change in Change.objects.filter(act="register"):
        # One slip is registered in group A and corrected into group B; the gate was that of group A.
        group = change.groups[0]
        assert in_force.gate_in_force(group, as_of=change.pk - 1).open, change.pk


@pytest.mark.parametrize("group", ["A", "B"])
def test_the_gate_counts_whom_the_primary_endpoint_counts(demo: str, group: str) -> None:
    settings = settings_in_force(group)
    facts = snapshot.participants(snapshot.group_members(group))
    standings = [standing(each, settings) for each in facts if not is_in_error(each)]
    stored = recompute(group).result
    rate = stored["endpoints"]["response_rate"]
    assert [each.number for each in standings if each.responder] == rate["responders"]
    assert [each.number for each in standings if each.evaluable] == rate["evaluable"]
    assert stored["gate"] == in_force.gate_in_force(group).as_dict()
    excluded = {each["number"]: each["because"] for each in rate["excluded"]}
    # The result holds the kind of reason without the words that a site typed.
    assert {each.number: each.why_not.partition(":")[0] for each in standings if not each.evaluable} == excluded


def test_it_holds_every_response_and_every_way_to_be_counted_out(demo: str) -> None:
    stored = [recompute(group).result for group in ("A", "B")]
    assert [len(each["in_error"]) for each in stored] == [0, 1]
    results = [each["endpoints"] for each in stored]
    categories = {name for ends in results for name in ends["best_response"]["categories"]}
    assert categories >= {"CR", "PR", "SD", "PD", "early death", "unknown"}
    reasons = " ".join(each["because"] for ends in results for each in ends["response_rate"]["excluded"])
    for words in ("found ineligible", "canceled before treatment", "under a waiver"):
        assert words in reasons
    for ends in results:
        for endpoint in ("overall_survival", "progression_free_survival", "duration_of_response"):
            assert 0 < ends[endpoint]["events"] < ends[endpoint]["denominator"]
        assert 0 < ends["toxicity"]["numerator"] < ends["toxicity"]["denominator"]
        assert 0 < ends["hormone_improvement"]["numerator"] < ends["hormone_improvement"]["denominator"]
    assert any(ends["toxicity"]["undetermined"] for ends in results)
    assert Acknowledgement.objects.filter(because="").exists()
    assert Acknowledgement.objects.exclude(because="").exists()


def test_nothing_is_due_of_whom_nothing_more_is_asked_and_no_cycle_after_the_end_of_treatment(demo: str) -> None:
    rows = selectors.rows_of(list(Participant.objects.filter(number__isnull=False)), today_by_site())
    asked = {row.participant.reference: [cell.due.what for cell in row.to_do] for row in rows}
    ended = {row.participant.reference for row in rows if row.evaluation and is_ended(row.evaluation.facts)}
    assert {"NET-015", "NET-067"} < ended and not {one: asked[one] for one in ended if asked[one]}
    over = {row.participant.reference for row in rows if row.evaluation and Treatment(row.evaluation, ()).over_since}
    assert not {one: asked[one] for one in over if any(what.startswith("Cycle") for what in asked[one])}
    late = Counter(cell.due.what for row in rows for cell in row.to_do if cell.due.status == OVERDUE)
    assert sum(late.values()) <= 12, late
    stored = DueItem.objects.filter(participant__number__in=ended)
    assert not stored.exists()


def test_its_clocks_of_expedited_reports_stand_in_every_way(demo: str) -> None:
    found = Counter(each.clock.state for each in clocks_of(list(Participant.objects.all()), timezone.now()))
    assert found[expedited_reports.OVERDUE] == 1 and found[expedited_reports.UNDETERMINED] == 1, found
    assert found[expedited_reports.DUE] == 2 and found[expedited_reports.LATE] == 1, found
    assert found[expedited_reports.IN_TIME] >= 3, found


def _of_participants() -> list[type[RecordRow]]:
    return [each.model for each in every() if each.to_participant == "participant"]


def test_nothing_on_record_is_dated_after_today(demo: str) -> None:
    latest = max(today_by_site()(key) for key in Site.objects.values_list("pk", flat=True))
    dated = [(model, field.name) for model in (*_of_participants(), Participant) for field in model._meta.fields
             if isinstance(field, DateField | PartialDateField) and not isinstance(field, DateTimeField)]  # fmt: skip
    assert len(dated) > 25
    for model, name in dated:
        found = model.objects.exclude(**{name: None}).values_list(name, flat=True)
        days = [each.earliest() if isinstance(each, PartialDate) else each for each in found if each]
        assert not [day for day in days if day > latest], (model, name)
    for started_on, day in DosingPeriod.objects.standing().values_list("cycle__started_on", "to_day"):
        assert started_on + timedelta(days=day - 1) <= latest


def test_it_is_what_a_sound_trial_records(demo: str) -> None:
    """Tablets fit the doses, no baseline after day 1, and nothing is given once treatment is over."""
    counted = 0
    for cycle in Cycle.objects.standing().select_related("participant").prefetch_related("periods"):
        count = tablets_of(cycle.periods.all(), cycle.tablets_dispensed, cycle.tablets_returned)
        counted += count is not None
        assert count is None or not count.is_off, cycle
        off = cycle.participant.off_treatments.standing().first()
        assert off is None or cycle.started_on <= off.off_on, cycle
    assert counted > 500
    for facts in snapshot.participants(list(Participant.objects.values_list("pk", flat=True))):
        day_1 = next((each.started_on for each in facts.cycles if each.number == 1), None)
        assert not [each for each in facts.assessments
                    if each.kind == "baseline" and day_1 and each.assessed_on > day_1], facts.number  # fmt: skip


def test_of_the_one_registered_in_error_nothing_else_is_on_record(demo: str) -> None:
    (again,) = Participant.objects.filter(findings__kind="in_error")
    person = Participant.objects.exclude(pk=again.pk).get(born_on=again.born_on, sex=again.sex)
    assert person.tumour_type == again.tumour_type and person.cycles.exists()
    entered = {model.__name__ for model in _of_participants() if model.objects.filter(participant=again).exists()}
    assert entered == {"EligibilityAnswer", "RegistrationFinding", "Acknowledgement", "Query"}


def test_its_questions_are_those_that_are_meant(demo: str) -> None:
    for group in "AB":
        recompute(group)
        ask(group)
    explained = Acknowledgement.objects.standing().exclude(because="").values_list("check_id", flat=True)
    assert set(explained) == {"REG-05", "HORM-02", "HORM-03", "HORM-04", "FU-07", "DOSE-24", "MED-02", "DEATH-03",
                              "FOLL-10", "FOLL-12", "FOLL-15"}  # fmt: skip
    raised = Query.objects.standing().values_list("check_id", flat=True)
    assert set(raised) == {"REG-05", "HORM-03", "BP-02", "FOLL-10", "MED-02", "grade_missing", "attribution_missing",
                           "response_differs", "clinical_progression"}  # fmt: skip
    assert len(raised) <= 26
    incomplete = incomplete_entries(list(Participant.objects.all()))
    assert 0 < len(incomplete) <= 15, "what is pending comes within weeks"
