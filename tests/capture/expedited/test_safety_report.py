"""The report of a serious event on paper: facts as entered, what is missing by name, nothing derived."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.timezone import now

from capture.casebook.forms import treatment
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import dosing, entries
from capture.expedited import safety_report
from tests.capture.copies.pdf import text_of
from tests.capture.grading.test_event_proposals import EVENT, VISIT, line
from tests.capture.typed import signed_in
from tests.cast import Cast
from trial.models import AdverseEvent, JournalEntry, Role
from trial.record import changes
from trial.record.save import Save
from trial.rules.dates.partial_date import PartialDate

DAY_1 = date(2026, 1, 12)
SERIOUS = {"seriousness": "hospitalisation", "grade": 3, "attribution": 4, "onset_on": PartialDate(2026, 2, 10),
           "aware_on": date(2026, 2, 11), "aware_time": None, "aware_offset": "UTC", "hospital_stay": "yes",
           "expectedness": "unexpected", "cycle_number": 2}  # fmt: skip


def _event(cast: Cast, **changed: Any) -> AdverseEvent:
    for number in (1, 2):
        started_on = DAY_1 + timedelta(days=28 * (number - 1))
        given = {"started_on": started_on, "lot": f"LOT-{number}"}
        dosing.save_cycle(Save(), cast.participant, number, given, treatment.AS_PLANNED)
    values = {**EVENT, **SERIOUS, **changed}
    made: AdverseEvent = entries.save(Save(), cast.participant, ENTRY_FORMS["adverse_event"], values)
    return made


def _lines(event: AdverseEvent) -> dict[str, str]:
    return {label: words for _, lines in safety_report.report(event, now()).sections for label, words in lines}


def test_it_says_what_is_on_record_of_event_product_and_tests(cast: Cast) -> None:
    lines = [line(), line("PLAT", "200", "10^9/L", "150", "400")]
    entries.save(Save(), cast.participant, ENTRY_FORMS["visit"], VISIT, lines=lines)
    found = _lines(_event(cast))
    assert (found["Grade"], found["Seriousness"]) == ("3", "Hospitalization or longer stay")
    assert (found["Relation to the product"], found["Date of onset"]) == ("4 Probable", "10-FEB-2026")
    assert (found["Cycle at onset"], found["Lot"]) == ("2, day 1 on 09-FEB-2026", "LOT-2")
    assert found["Doses of that cycle"].startswith("days 1 to 28: 400 mg twice daily")
    assert found["Hemoglobin, 12-FEB-2026"] == "9.4 g/dL (limits 12 to 16)" and "Platelets, 12-FEB-2026" not in found
    assert found["Latest weight"] == "70 kg on 12-FEB-2026" and found["Date resolved"] == "Not resolved"


def test_a_value_that_is_not_surely_inside_its_limits_is_told(cast: Cast) -> None:
    none, few = {"lower_limit": None, "upper_limit": None}, ("10^9/L", "0.5", "1000")
    lines = [
        {**line("PLAT", "200", "10^9/L"), **none}, {**line("WBC", "0.5", *few), "value_qualifier": "<"},
        {**line("NEUT", "1000", *few), "value_qualifier": ">"}, {**line("LYM", "4", *few), "value_qualifier": "<"},
        {**line("AST", "20", "U/L"), "value_qualifier": "<", "lower_limit": None, "upper_limit": Decimal(40)},
        line("HGB", "12"), {**line("ALT", "20", "U/L"), "lower_limit": None, "upper_limit": Decimal(40)},
    ]  # fmt: skip
    entries.save(Save(), cast.participant, ENTRY_FORMS["visit"], VISIT, lines=lines)
    event = _event(cast)
    (told,) = (found for title, found in safety_report.report(event, now()).sections if title == "B.6 Relevant tests")
    assert [words for _, words in told] == [
        "200 10^9/L (limits not given)", "<0.5 10^9/L (limits 0.5 to 1000)", ">1000 10^9/L (limits 0.5 to 1000)",
        "<4 10^9/L (limits 0.5 to 1000)",
    ]  # fmt: skip


def test_cycle_and_first_dose_are_those_on_record_and_no_day_without_a_dose(cast: Cast) -> None:
    event = _event(cast, cycle_number=1)
    held = [treatment.Period(1, 2, 0, "held", "nausea"), treatment.Period(3, 28, 400, "twice_daily", "")]
    dosing.save_cycle(Save(reason="misread"), cast.participant, 1, {"started_on": DAY_1, "lot": "LOT-1"}, held)
    found = _lines(event)
    assert (found["First dose"], found["Cycle at onset"]) == ("14-JAN-2026", "1, day 1 on 12-JAN-2026")
    with changes.record(None, "correct", "for the test", participant=cast.participant):
        AdverseEvent.objects.filter(pk=event.pk).update(cycle_number=None)
    event.refresh_from_db()
    assert {"Cycle at onset", "Lot"} <= set(safety_report.report(event, now()).missing)


def test_an_episode_that_is_struck_out_is_not_told(cast: Cast) -> None:
    first = _event(cast)
    values = {**EVENT, **SERIOUS, "grade": 4, "continues": first}
    later = entries.save(Save(), cast.participant, ENTRY_FORMS["adverse_event"], values)
    assert "Other episode of this event" in _lines(later)
    with changes.record(None, "strike_out", "for the test", participant=cast.participant):
        AdverseEvent.objects.filter(pk=first.pk).update(struck_out_reason="another participant's")
    assert "Other episode of this event" not in _lines(AdverseEvent.objects.get(pk=later.pk))


def test_what_is_not_on_record_is_named_and_nothing_is_derived(cast: Cast) -> None:
    event = _event(cast, onset_on=None, onset_on_missing="unknown", cycle_number=None)
    made = safety_report.report(event, now())
    for label in ("Latest weight", "Cycle at onset", "Lot", "Medication", "Narrative of the event"):
        assert label in made.missing, label
    assert _lines(event)["Date of onset"] == "Unknown" and "Date of onset" not in made.missing
    text = text_of(safety_report.pages(made, event, now()))
    assert "Missing, to be added before it is sent:" in text and "No ICH E2B file is made" in text


def test_it_opens_from_a_serious_event_only_and_is_noted(cast: Cast) -> None:
    event, nora = _event(cast), signed_in(cast.people[Role.COORDINATOR])
    address = f"/participants/NET-001/adverse_event/{event.pk}/report.pdf"
    assert f'href="{address}"' in nora.get(f"/participants/NET-001/adverse_event/{event.pk}/").content.decode()
    answer = nora.get(address)
    assert answer.headers["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    assert JournalEntry.objects.latest("id").words == "report of a serious event of NET-001"
    assert signed_in(cast.elsewhere[Role.COORDINATOR]).get(address).status_code == 404
    mild = entries.save(Save(), cast.participant, ENTRY_FORMS["adverse_event"], EVENT)
    assert nora.get(f"/participants/NET-001/adverse_event/{mild.pk}/report.pdf").status_code == 404
