"""After a refused save the summary of errors is in view and focused, and links to each field that is marked."""

from typing import Any

from tests.browser.conftest import signed_in_page
from tests.cast import Cast
from tests.examples import EXAMPLES
from trial import protocol
from trial.models import Role

PAUSE_MS = 5000  # a coordinator looks the form over before the click
IN_VIEW = """id => { const box = document.getElementById(id).getBoundingClientRect();
  return box.top >= 0 && box.bottom <= innerHeight; }"""


def _fill(page: Any) -> None:
    """Everybody eligible, but for platelets of 95,000."""
    page.fill("#id_registered_on", "08-JAN-2026")
    for name, typed in {"consented_on": "05-JAN-2026", "born_on": "04-APR-1957", "ecog": "1"}.items():
        page.fill(f"#id_{name}", typed)
    chosen = {"sex": "female", "race": "white", "ethnicity": "not_hispanic", "histology": "carcinoid",
              "tumour_type": "metastatic_gi_carcinoid"}  # fmt: skip
    for name, value in chosen.items():
        page.select_option(f"#id_{name}", value)
    page.fill("#id_measured_on", "05-JAN-2026")
    lab = {"neutrophils": "3400", "platelets": "95000", "bilirubin": "0.6", "ast": "1.1", "creatinine": "0.8"}
    for item in protocol.ELIGIBILITY:
        if item.is_laboratory:
            page.fill(f"#id_value_{item.code}", lab[item.code])
        else:
            page.click(f"label[for=id_met_{item.code}_0]")


def test_an_ineligible_registration_shows_the_failed_criterion_and_focuses_the_summary(
    cast: Cast, chromium: Any, live_server_url: str
) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR])
    page.goto(f"{live_server_url}/participants/register/")
    _fill(page)
    page.wait_for_timeout(PAUSE_MS)
    with page.expect_navigation():
        page.click(".form-actions button >> nth=0")
    assert page.evaluate("document.activeElement.id") == "errors" and page.evaluate(IN_VIEW, "errors")
    assert "22 of 23 met · 1 not met" in page.inner_text("#errors")
    assert page.evaluate(IN_VIEW, "counted") and page.inner_text("#counted") == "22 of 23 met · 1 not met"
    row = page.locator("tr.not-met")
    assert row.count() == 1 and "Not met: 95,000 < 100,000/mm³" in row.inner_text()
    page.click("#errors a")
    assert page.evaluate("document.activeElement.id") == "id_value_platelets"
    page.wait_for_function(IN_VIEW, arg="id_value_platelets")
    # The count goes on with what is typed.
    for typed, words in (("150000", "23 of 23 met"), ("", "22 of 23 met · 1 not answered")):
        page.fill("#id_value_platelets", typed)
        page.wait_for_function("words => document.getElementById('counted').innerText === words", arg=words)
    assert page.evaluate(IN_VIEW, "counted")


def test_a_hard_check_of_one_field_is_said_at_its_field_and_in_the_focused_summary(
    cast: Cast, chromium: Any, live_server_url: str
) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR])
    page.goto(f"{live_server_url}/participants/NET-001/death/new/")
    page.fill("#id_died_on", "07-JAN-2026")
    page.select_option("#id_cause", EXAMPLES["death"].typed["cause"])
    page.wait_for_timeout(PAUSE_MS)
    with page.expect_navigation():
        page.click(".form-actions button >> nth=0")
    assert page.evaluate("document.activeElement.id") == "errors"
    words = page.inner_text("#errors a")
    assert words and words in page.inner_text("#id_died_on_error")
    page.click("#errors a")
    assert page.evaluate("document.activeElement.name") == "died_on"
