"""Every form works with scripts off: register, baseline, cycle, follow-up assessment, adverse event."""

from datetime import date
from typing import Any

from tests.browser.conftest import save, signed_in_page
from tests.cast import Cast
from trial import protocol
from trial.models import AdverseEvent, Participant, Role

LABORATORY = {"neutrophils": "3400", "platelets": "210000", "bilirubin": "0.6", "ast": "1.1", "creatinine": "0.8"}


def _save(page: Any, button: str) -> None:
    save(page, lambda: page.click(f"form[data-save] button:has-text('{button}')"))


def _register(page: Any) -> None:
    for name, text in (("registered_on", "15jan2026"), ("consented_on", "12-JAN-2026"), ("born_on", "UNK-MAR-1951"),
                       ("ecog", "1"), ("primary_site", "ileum"), ("measured_on", "12-JAN-2026")):  # fmt: skip
        page.fill(f"[name={name}]", text)
    for name, value in (("sex", "female"), ("race", "white"), ("ethnicity", "not_hispanic"),
                        ("tumour_type", "insulinoma"), ("histology", "islet_cell")):  # fmt: skip
        page.select_option(f"[name={name}]", value)
    for item in protocol.ELIGIBILITY:
        if item.is_laboratory:
            page.fill(f"[name=value_{item.code}]", LABORATORY[item.code])
        else:
            page.click(f"label[for=id_met_{item.code}_0]")
    _save(page, "Register")


def test_a_participant_is_registered_treated_and_assessed_without_scripts(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR], java_script_enabled=False)
    page.goto(f"{live_server_url}/participants/register/")
    _register(page)
    made = Participant.objects.get(number="NET-002")
    assert made.group == "B"
    root = f"{live_server_url}/participants/NET-002"

    page.goto(f"{root}/assessments/new/")
    page.fill("[name=assessed_on]", "13-JAN-2026")
    page.select_option("[name=method]", "spiral_ct")
    page.select_option("[name=marker]", "normal")
    for number in (1, 2):
        page.select_option(f"[name=T{number}-organ]", "liver")
        page.fill(f"[name=T{number}-longest_diameter_mm]", "40")
    page.select_option("[name=N1-organ]", "bone")
    _save(page, "Save baseline")
    assert made.lesions.count() == 3

    page.goto(f"{root}/cycles/1/")
    page.fill("[name=started_on]", "16-JAN-2026")
    _save(page, "Taken as planned")
    assert made.cycles.get().periods.get().to_day == 28

    page.goto(f"{root}/assessments/new/")
    page.fill("[name=assessed_on]", "13-MAR-2026")
    page.select_option("[name=marker]", "normal")
    page.select_option("[name=new_lesions]", "no")
    for lesion in made.lesions.all():
        if lesion.kind == "target":
            page.fill(f"[name=lesion{lesion.pk}-longest_diameter_mm]", "28")
        else:
            page.select_option(f"[name=lesion{lesion.pk}-state]", "present")
    _save(page, "Save assessment")
    assert "−30.0%" in page.locator("#messages").inner_text(), "the computed response comes after the save"
    _adverse_event(page, root)


def _adverse_event(page: Any, root: str) -> None:
    page.goto(f"{root}/adverse_event/new/")
    page.fill("[name=term_typed]", "sodium")
    for name, value in (("grade", "1"), ("attribution", "4"), ("seriousness", "no"), ("action_taken", "none"),
                        ("outcome", "not_recovered")):  # fmt: skip
        page.select_option(f"[name={name}]", value)
    page.fill("[name=onset_on]", "20-JAN-2026")
    _save(page, "Save")
    page.check("[name=term_chosen] >> nth=0")  # several terms hold the word: the page asks which
    _save(page, "Save")
    row = AdverseEvent.objects.get()
    assert row.term.startswith("sodium") and row.onset_on.earliest() == date(2026, 1, 20)


def test_a_refused_form_keeps_what_was_typed_without_scripts(chromium: Any, live_server_url: str, cast: Cast) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR], java_script_enabled=False)
    page.goto(f"{live_server_url}/participants/NET-001/hormone/new/")
    for name, text in (("sampled_on", "03/04/2026"), ("value", "310"), ("assay", "Dako")):
        page.fill(f"[name={name}]", text)
    assert page.locator("[name=value_missing]").is_visible(), "the reasons for a missing value stay in view"
    _save(page, "Save")
    assert "can be read in two ways" in page.content()
    assert [page.input_value(f"[name={name}]") for name in ("sampled_on", "value", "assay")] == [
        "03/04/2026", "310", "Dako"]  # fmt: skip
