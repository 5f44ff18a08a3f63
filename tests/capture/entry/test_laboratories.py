"""Laboratories of a site: declared once, chosen at the visit; limits left empty are theirs, and stay as they were."""

from datetime import date
from decimal import Decimal

from django.test import Client

from capture.grading.event_proposals import open_proposals
from tests.capture.entry.test_statement_counts import at_most
from tests.capture.grading.test_event_proposals import TYPED
from tests.capture.typed import opened, signed_in
from tests.cast import Cast
from trial.models import Change, Laboratory, LaboratoryRange, LaboratoryResult, Role, Visit
from trial.record import changes, versions_in_force

NEW = "/participants/NET-001/visit/new/"
NAME = "North, central laboratory"
HEMOGLOBIN = {"range-HGB-lower_limit": "12.5", "range-HGB-upper_limit": "16"}
WITHOUT_LIMITS = {name: value for name, value in TYPED.items() if "limit" not in name}


def _in_use(cast: Cast) -> None:
    """The newest version of every form is in use at Site North."""
    with changes.record(None, "system", "for the test"):
        versions_in_force.open_site(None, cast.north)


def _declared(cast: Cast, client: Client, **limits: str) -> Laboratory:
    answer = client.post("/laboratories/", {"site": cast.north.pk, "name": NAME}, follow=True)
    row = Laboratory.objects.get(name=NAME)
    assert f"Laboratory {NAME} is saved" in answer.content.decode()
    typed = {"from_on": "01-JAN-2025", **opened(client, f"/laboratories/{row.pk}/"), **limits}
    assert client.post(f"/laboratories/{row.pk}/", typed | {"from_on": "01-JAN-2025"}).status_code == 302
    return row


def test_limits_left_empty_are_those_of_the_laboratory_that_is_chosen(cast: Cast) -> None:
    _in_use(cast)
    nora = signed_in(cast.people[Role.COORDINATOR])
    _declared(cast, nora, **HEMOGLOBIN)
    with at_most(5, "GET new visit"):
        page = nora.get(NEW).content.decode()
    assert f'<option value="{NAME}" selected>' in page and "12.5 to 16 g/dL" in page.replace("\xa0", " ")
    typed = WITHOUT_LIMITS | {"laboratory_name": NAME, "sampled_on": "10-FEB-2026"}
    answer = nora.post(NEW, typed)
    assert answer.status_code == 302, answer.content.decode()
    row = LaboratoryResult.objects.get(analyte="HGB")
    assert (row.lower_limit, row.upper_limit) == (Decimal("12.5"), 16)
    assert (row.visit.laboratory_name, row.visit.sampled_on) == (NAME, date(2026, 2, 10))
    (found,) = open_proposals([cast.participant])
    assert (found.analyte, found.grade, found.measured_on) == ("HGB", 2, date(2026, 2, 10))


def test_a_limit_that_is_typed_and_a_value_in_another_unit_take_nothing_of_the_laboratory(cast: Cast) -> None:
    _in_use(cast)
    nora = signed_in(cast.people[Role.COORDINATOR])
    _declared(cast, nora, **HEMOGLOBIN, **{"range-AST-upper_limit": "40"})
    typed = WITHOUT_LIMITS | {"laboratory_name": NAME}
    asked = nora.post(NEW, typed | {"lab-AST-value": "1.2", "lab-AST-unit": "ukat/L"}).content.decode()
    assert "A laboratory value lacks the limit of normal needed to grade it." in asked and not Visit.objects.exists()
    typed |= {"lab-HGB-lower_limit": "12", "lab-HGB-upper_limit": "15"}
    asked = nora.post(NEW, typed).content.decode().replace("\xa0", " ")
    words = "Limits differ from those of the laboratory on the day of the sample."
    assert f"{words} {NAME}, hemoglobin: 12.5 to 16 g/dL." in asked and not Visit.objects.exists()
    assert nora.post(NEW, typed | {"acknowledge_VIS-16": "a new method"}).status_code == 302
    row = LaboratoryResult.objects.get(analyte="HGB")
    assert (row.lower_limit, row.upper_limit) == (12, 15)


def test_a_new_visit_begins_with_no_limits_where_the_site_has_a_laboratory(cast: Cast) -> None:
    nora = signed_in(cast.people[Role.COORDINATOR])
    assert nora.post(NEW, TYPED).status_code == 302
    assert opened(nora, NEW)["lab-HGB-upper_limit"] == "16"
    assert "Limits that are left empty" not in nora.get(NEW).content.decode(), "its version asks for no laboratory"
    _in_use(cast)
    _declared(cast, nora, **HEMOGLOBIN)
    page = opened(nora, NEW)
    assert (page["lab-HGB-lower_limit"], page["lab-HGB-upper_limit"], page["lab-HGB-unit"]) == ("", "", "g/dL")
    assert "Limits that are left empty" in nora.get(NEW).content.decode()


def test_limits_that_come_later_leave_results_on_record_as_they_are(cast: Cast) -> None:
    _in_use(cast)
    nora = signed_in(cast.people[Role.COORDINATOR])
    row = _declared(cast, nora, **HEMOGLOBIN)
    assert nora.post(NEW, WITHOUT_LIMITS | {"laboratory_name": NAME}).status_code == 302
    first = LaboratoryRange.objects.get()
    strike_out = f"/laboratories/{row.pk}/{first.pk}/strike-out/"
    assert nora.post(strike_out, {"reason_code": "entry_error", "reason_words": ""}).status_code == 302
    assert not LaboratoryRange.objects.standing().exists()
    assert (Change.objects.latest("id").act, Change.objects.latest("id").site) == ("strike_out", cast.north)
    address = f"/participants/NET-001/visit/{Visit.objects.get().pk}/"
    assert opened(nora, address)["lab-HGB-lower_limit"] == "12.5"


def test_limits_that_no_laboratory_has_in_the_unit_are_refused_in_words(cast: Cast) -> None:
    adam = signed_in(cast.people[Role.ADMINISTRATOR])
    adam.post("/laboratories/", {"site": cast.north.pk, "name": NAME})
    address = f"/laboratories/{Laboratory.objects.get().pk}/"
    typed = opened(adam, address) | {
        "from_on": "01-JAN-2025",
        "range-HGB-lower_limit": "125",
        "range-HGB-upper_limit": "160",
    }
    page = adam.post(address, typed)
    assert page.status_code == 422 and not LaboratoryRange.objects.exists()
    assert "Hemoglobin: the upper limit is no laboratory's in g/dL. Check the unit." in page.content.decode().replace(
        "&#x27;", "'"
    )
    assert adam.post(address, typed | {"range-HGB-unit": "g/L"}).status_code == 302
    nothing = adam.post(address, opened(adam, address) | {"from_on": "01-JAN-2025"}).content.decode()
    assert "Enter the limits of at least one analyte." in nothing


def test_a_laboratory_of_another_site_is_neither_shown_nor_taken(cast: Cast) -> None:
    _in_use(cast)
    nora, sol = signed_in(cast.people[Role.COORDINATOR]), signed_in(cast.elsewhere[Role.COORDINATOR])
    row = _declared(cast, nora, **{"range-HGB-upper_limit": "16"})
    assert NAME not in sol.get("/laboratories/").content.decode()
    assert sol.get(f"/laboratories/{row.pk}/").status_code == 404
    page = nora.post(NEW, WITHOUT_LIMITS | {"laboratory_name": "South, laboratory"}).content.decode()
    assert "The laboratory is not one of the site. Entered: South, laboratory." in page and not Visit.objects.exists()
    assert '<option value="South, laboratory" selected>' in page, "what was typed stays in view"
    twice = nora.post("/laboratories/", {"site": cast.north.pk, "name": NAME.upper()}).content.decode()
    assert "has a laboratory" in twice and Laboratory.objects.count() == 1


def test_who_reads_the_record_reads_the_limits_and_declares_none(cast: Cast) -> None:
    row = _declared(cast, signed_in(cast.people[Role.COORDINATOR]), **HEMOGLOBIN)
    mona = signed_in(cast.people[Role.MONITOR])
    for address, words in (("/laboratories/", NAME), (f"/laboratories/{row.pk}/", "12.5 to 16 g/dL")):
        page = mona.get(address).content.decode().replace("\xa0", " ")
        assert words in page and 'method="post" novalidate' not in page and "Strike out" not in page
        assert mona.post(address, {"site": cast.north.pk, "name": "Another"}).status_code == 403
    assert Laboratory.objects.count() == 1


def test_nobody_of_several_sites_adds_to_the_first_by_default(cast: Cast) -> None:
    cast.people[Role.COORDINATOR].sites.add(cast.south)
    nora = signed_in(cast.people[Role.COORDINATOR])
    assert nora.post("/laboratories/", {"site": "", "name": NAME}).status_code == 422
    assert opened(nora, "/laboratories/")["site"] == "" and not Laboratory.objects.exists()
