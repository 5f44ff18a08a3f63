"""The laboratory of a visit: units from a list, limits that fit the unit, required values, corrected calcium."""

from typing import Any

from capture.casebook.checks import MOST_LETTERS
from capture.casebook.forms.laboratory import LaboratoryForm, line_forms
from capture.casebook.registry import CHECKS, ENTRY_FORMS
from capture.entry.services import entries
from capture.exchange.importing.import_forms import LaboratoryRow
from capture.grading.event_proposals import open_proposals
from capture.participants.entry_lists import entry_lists
from tests.capture.grading.test_event_proposals import TYPED, VISIT, line
from tests.capture.typed import signed_in
from tests.cast import Cast
from trial import protocol
from trial.models import Acknowledgement, LaboratoryResult, Role, Visit
from trial.protocol.ctcae_v3.limits import ANALYTES, units_of
from trial.record import changes
from trial.record.save import Save
from trial.rules.safety.laboratory import in_unit_of

NEW = "/participants/NET-001/visit/new/"
PLATELETS = {"lab-PLAT-value": "132", "lab-PLAT-unit": "/mm3", "lab-PLAT-lower_limit": "150",
             "lab-PLAT-upper_limit": "400"}  # fmt: skip


def _entered(cast: Cast, *lines: Any, **changed: Any) -> Visit:
    nora = cast.people[Role.COORDINATOR]
    return entries.save(Save(nora), cast.participant, ENTRY_FORMS["visit"], {**VISIT, **changed}, lines=lines)


def test_every_unit_of_the_list_can_be_graded_where_the_analyte_has_limits_by_unit() -> None:
    assert {each.code for each in protocol.LABORATORY} == set(ANALYTES) - {"WEIGHT"}
    for each in protocol.LABORATORY:
        for unit in each.units:
            limits = units_of(each.code)
            assert not limits or in_unit_of(limits, unit, each.code), (each.code, unit)


def test_a_unit_that_is_not_in_the_list_is_refused_by_page_and_import_in_words_that_name_the_list(cast: Cast) -> None:
    words = "“g/mL” is not a unit of hemoglobin. Use one of: g/dL, g/L, mmol/L."
    answer = signed_in(cast.people[Role.COORDINATOR]).post(NEW, TYPED | {"lab-HGB-unit": "g/mL"})
    assert answer.status_code == 422 and words in answer.content.decode()
    assert '<option value="g/mL" selected>' in answer.content.decode(), "what was typed stays in view"
    row = LaboratoryRow({"lab-HGB-value": "12", "lab-HGB-unit": "g/mL"}, analyte="HGB")
    assert row.errors["unit"] == [words]


def test_a_result_on_record_in_another_unit_keeps_it(cast: Cast) -> None:
    row = _entered(cast, line())
    with changes.record(None, "correct", "of an earlier version", participant=cast.participant):
        LaboratoryResult.objects.update(unit="g%")
    form = next(each for each in line_forms(ENTRY_FORMS["visit"], row, None) if each.analyte == "HGB")
    assert isinstance(form, LaboratoryForm) and '<option value="g%" selected>' in str(form["unit"])
    typed = {"lab-HGB-value": "9.4", "lab-HGB-unit": "g%"}
    again = next(each for each in line_forms(ENTRY_FORMS["visit"], row, typed) if each.analyte == "HGB")
    assert again.is_valid(), again.errors


def test_limits_that_do_not_fit_the_unit_are_asked_with_both_and_no_grade_4_stands_unsaid(cast: Cast) -> None:
    nora = signed_in(cast.people[Role.COORDINATOR])
    page = nora.post(NEW, TYPED | PLATELETS).content.decode()
    assert "Platelets: 132 /mm3, limits 150 to 400." in page and not Visit.objects.exists()
    assert "Investigator decides: value or limits are unusual in /mm3" in page
    assert nora.post(NEW, TYPED | PLATELETS | {"lab-PLAT-unit": "10^9/L"}).status_code == 302


def test_many_unusual_lines_are_asked_about_and_saved_with_their_reason(cast: Cast) -> None:
    """More of them than the words of one explanation have room for."""
    many = {f"lab-{each.code}-{name}": value for each in protocol.LABORATORY
            for name, value in (("value", "99999"), ("unit", each.units[0]), ("upper_limit", "88888"))}  # fmt: skip
    nora = signed_in(cast.people[Role.COORDINATOR])
    asked = nora.post(NEW, TYPED | many)
    assert "is unusual for its unit" in asked.content.decode() and not Visit.objects.exists()
    reasons = {f"acknowledge_{check.id}": "as printed" for check in CHECKS["visit"]}
    typed = TYPED | many | reasons
    assert nora.post(NEW, typed).status_code == 302
    kept = Acknowledgement.objects.get(check_id="VIS-07")
    assert kept.words.endswith("And more.") and "Hemoglobin" in kept.words and len(kept.words) <= MOST_LETTERS


def test_a_visit_without_its_required_values_is_incomplete_and_says_which_are_missing(cast: Cast) -> None:
    measured = [line(code, "1", "U/L", "0", "9") for code in protocol.REQUIRED_ANALYTES if code not in ("AST", "ALT")]
    reason = {**line("AST"), "value": None, "value_missing": "not_done"}
    _entered(cast, *measured, reason)
    listed = next(each for each in entry_lists(cast.participant) if each.form.kind == "visit").entries[0]
    assert (listed.status, listed.lacks) == ("incomplete", "ALT missing")
    page = signed_in(cast.people[Role.COORDINATOR]).get("/participants/NET-001/?section=casebook").content.decode()
    assert "incomplete: ALT missing" in page
    _entered(cast, *measured, reason, line("ALT", "1", "U/L", "0", "9"), cycle_number=2)
    statuses = next(each for each in entry_lists(cast.participant) if each.form.kind == "visit").entries
    assert sorted(each.status for each in statuses) == ["complete", "incomplete"]


def test_an_incomplete_visit_stands_in_my_work_and_above_the_signature_until_it_is_complete(cast: Cast) -> None:
    nora = cast.people[Role.COORDINATOR]
    given = [line(code, "1", "U/L", "0", "9") for code in protocol.REQUIRED_ANALYTES if code not in ("AST", "ALT")]
    unknown = {**line("AST"), "value": None, "value_missing": "pending"}
    row = _entered(cast, *given, unknown)
    for page in ("/work/", "/participants/NET-001/signature/"):
        shown = signed_in(nora).get(page).content.decode()
        assert "ALT missing, AST pending" in shown and f"/participants/NET-001/visit/{row.pk}/" in shown, page
    whole = [*given, {**unknown, "value_missing": "not_done"}, line("ALT", "1", "U/L", "0", "9")]
    entries.save(Save(nora, reason="came later"), cast.participant, ENTRY_FORMS["visit"], VISIT, row=row, lines=whole)
    assert "Incomplete entries" not in signed_in(nora).get("/work/").content.decode()


def test_a_proposal_of_low_calcium_reads_the_albumin_of_the_same_visit(cast: Cast) -> None:
    albumin = line("ALB", "3.6", "g/dL", "3.5", "5")
    _entered(cast, line("CA", "8.0", "mg/dL", "8.5", "10.5"), albumin)
    (found,) = open_proposals([cast.participant])
    assert found.grade == 1 and "corrected for albumin 3.6 g/dL: 8 + 0.8 × (4 − 3.6) = 8.32 mg/dL" in found.because
    _entered(cast, line("CA", "8.2", "mg/dL", "8.5", "10.5"), albumin, cycle_number=2)
    assert len(open_proposals([cast.participant])) == 1, "8.52 mg/dL is normal"
    answer = signed_in(cast.people[Role.COORDINATOR]).get(f"/participants/NET-001/visit/{Visit.objects.last().pk}/")
    assert "corrected for albumin 3.6\xa0g/dL: 8.2 + 0.8 × (4 − 3.6) = 8.52\xa0mg/dL" in answer.content.decode()


def test_a_value_below_a_limit_is_saved_shown_and_graded_only_where_it_decides(cast: Cast) -> None:
    nora = signed_in(cast.people[Role.COORDINATOR])
    bilirubin = {"lab-BILI-value": "<0.2", "lab-BILI-unit": "mg/dL", "lab-BILI-lower_limit": "0.2",
                 "lab-BILI-upper_limit": "1.2"}  # fmt: skip
    platelets = PLATELETS | {"lab-PLAT-value": "< 100", "lab-PLAT-unit": "10^9/L"}
    assert nora.post(NEW, TYPED | bilirubin | platelets).status_code == 302
    row = LaboratoryResult.objects.get(analyte="PLAT")
    assert (row.value, row.value_qualifier) == (100, "<")
    page = nora.get(f"/participants/NET-001/visit/{row.visit_id}/").content.decode()
    assert 'value="&lt;100"' in page and "&lt;100 10^9/L may be of several grades" in page
    assert all(each.term == "hemoglobin" for each in open_proposals([cast.participant]))
    read = LaboratoryRow({"lab-PLAT-value": "100.000", "lab-PLAT-value_qualifier": "<", "lab-PLAT-unit": "10^9/L"},
                         analyte="PLAT")  # fmt: skip
    assert read.is_valid() and (read.cleaned_data["value"], read.cleaned_data["value_qualifier"]) == (100, "<")
