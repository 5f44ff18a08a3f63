"""Laboratories of a site: declared once, chosen at the visit; limits left empty are theirs, and stay as they were."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from capture.conduct.queries import Where, raise_query
from capture.entry.services.laboratories import strike_out as strike_out_row
from capture.grading.event_proposals import open_proposals
from tests.capture.entry.test_statement_counts import at_most
from tests.capture.grading.test_event_proposals import TYPED
from tests.capture.typed import opened, signed_in
from tests.cast import Cast
from trial.models import Change, Laboratory, LaboratoryRange, LaboratoryResult, Role, Visit
from trial.record import changes, versions_in_force
from trial.record.save import Save
from trial.refused import Refused

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
    with at_most(6, "GET new visit"):
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
    with pytest.raises(Refused, match="struck out already"):
        strike_out_row(Save(cast.people[Role.COORDINATOR], reason="another reason"), first)
    assert (Change.objects.latest("id").act, Change.objects.latest("id").site) == ("strike_out", cast.north)
    address = f"/participants/NET-001/visit/{Visit.objects.get().pk}/"
    assert opened(nora, address)["lab-HGB-lower_limit"] == "12.5"


def test_limits_that_no_laboratory_has_in_the_unit_are_asked_and_the_explanation_is_that_of_the_change(
    cast: Cast,
) -> None:
    adam = signed_in(cast.people[Role.ADMINISTRATOR])
    adam.post("/laboratories/", {"site": cast.north.pk, "name": NAME})
    address = f"/laboratories/{Laboratory.objects.get().pk}/"
    typed = opened(adam, address) | {"from_on": "01-JAN-2025"}
    unusual = typed | {"range-HGB-lower_limit": "15", "range-HGB-upper_limit": "21"}
    page = adam.post(address, unusual)
    assert page.status_code == 422 and not LaboratoryRange.objects.exists()
    words = "An upper limit of normal is unusual for its unit. Hemoglobin: to 21 g/dL."
    assert words in page.content.decode().replace("\xa0", " ")
    assert adam.post(address, unusual | {"acknowledge_LAB-01": "at 3,600 m"}).status_code == 302
    assert (Change.objects.latest("id").reason, LaboratoryRange.objects.count()) == ("at 3,600 m", 1)
    usual = {"from_on": "01-JAN-2025", "range-HGB-upper_limit": "160", "range-HGB-unit": "g/L",
             "acknowledge_LAB-01": "never asked"}  # fmt: skip
    assert (
        adam.post(address, opened(adam, address) | usual).status_code == 302
        and Change.objects.latest("id").reason == ""
    )
    nothing = adam.post(address, opened(adam, address) | {"from_on": "01-JAN-2025"}).content.decode()
    assert "Enter the limits of at least one analyte." in nothing


def test_limits_that_were_explained_once_are_not_asked_at_each_visit(cast: Cast) -> None:
    _in_use(cast)
    nora = signed_in(cast.people[Role.COORDINATOR])
    _declared(
        cast, nora, **{"range-HGB-lower_limit": "15", "range-HGB-upper_limit": "21", "acknowledge_LAB-01": "high"}
    )
    typed = WITHOUT_LIMITS | {"laboratory_name": NAME, "lab-HGB-value": "16"}
    strange = nora.post(NEW, typed | {"lab-HGB-value": "160"}).content.decode()
    assert "A laboratory value or its upper limit of normal is unusual" in strange and not Visit.objects.exists()
    assert nora.post(NEW, typed).status_code == 302
    assert LaboratoryResult.objects.get(analyte="HGB").upper_limit == 21


def test_a_renamed_laboratory_keeps_its_limits_for_visits_under_either_name(cast: Cast) -> None:
    _in_use(cast)
    nora, new_name = signed_in(cast.people[Role.COORDINATOR]), "North, laboratory of the clinic"
    row = _declared(cast, nora, **HEMOGLOBIN)
    assert nora.post(NEW, WITHOUT_LIMITS | {"laboratory_name": NAME}).status_code == 302
    address, reason = f"/laboratories/{row.pk}/rename/", {"reason_code": "entry_error", "reason_words": ""}
    assert nora.post(address, {"name": new_name, "was": NAME}).status_code == 422, "a reason is asked"
    assert nora.post(address, reason | {"name": new_name, "was": NAME}).status_code == 302
    assert (Change.objects.latest("id").act, Laboratory.objects.get().names) == ("correct", [new_name, NAME])
    late = nora.post(address, reason | {"name": "Another", "was": NAME}).content.decode()
    assert f"The laboratory was renamed meanwhile: {new_name}." in late
    taken = nora.post("/laboratories/", {"site": cast.north.pk, "name": NAME.lower()}).content.decode()
    assert f"already, now called {new_name}." in taken
    assert opened(nora, NEW)["laboratory_name"] == new_name, "a new visit begins with the name of today"
    visit = Visit.objects.get()
    page = opened(nora, f"/participants/NET-001/visit/{visit.pk}/")
    assert (page["laboratory_name"], page["lab-HGB-lower_limit"]) == (NAME, "12.5")
    corrected = page | reason | {"lab-HGB-value": "9.1", "lab-HGB-lower_limit": "", "lab-HGB-upper_limit": ""}
    answer = nora.post(f"/participants/NET-001/visit/{visit.pk}/", corrected)
    assert answer.status_code == 302, "neither its laboratory nor its limits are asked about"
    assert LaboratoryResult.objects.get(analyte="HGB").lower_limit == Decimal("12.5")


def test_a_laboratory_that_is_struck_out_is_neither_offered_nor_taken_and_visits_stay(cast: Cast) -> None:
    _in_use(cast)
    nora = signed_in(cast.people[Role.COORDINATOR])
    row = _declared(cast, nora, **HEMOGLOBIN)
    assert nora.post(NEW, WITHOUT_LIMITS | {"laboratory_name": NAME}).status_code == 302
    address = f"/laboratories/{row.pk}/strike-out/"
    done = nora.post(address, {"reason_code": "entry_error", "reason_words": ""}, follow=True)
    assert done.redirect_chain[-1][0] == "/laboratories/" and "is struck out" in done.content.decode()
    assert (Change.objects.latest("id").act, Change.objects.latest("id").site) == ("strike_out", cast.north)
    assert nora.get(f"/laboratories/{row.pk}/").status_code == nora.post(address).status_code == 404
    assert NAME not in nora.get(NEW).content.decode()
    page = opened(nora, f"/participants/NET-001/visit/{Visit.objects.get().pk}/")
    assert (page["laboratory_name"], page["lab-HGB-lower_limit"]) == (NAME, "12.5")
    again = nora.post("/laboratories/", {"site": cast.north.pk, "name": NAME})
    assert again.status_code == 302, "its name is free"


def test_a_correction_on_the_page_of_a_query_takes_the_limits_of_the_laboratory(cast: Cast) -> None:
    _in_use(cast)
    nora = signed_in(cast.people[Role.COORDINATOR])
    laboratory = _declared(cast, nora, **HEMOGLOBIN)
    without = {name: value for name, value in WITHOUT_LIMITS.items() if not name.startswith("lab-")}
    without |= {"lab-AST-value": "30", "lab-AST-unit": "U/L", "acknowledge_VIS-09": "not on the report"}
    assert nora.post(NEW, without | {"laboratory_name": NAME, "lab-HGB-value_missing": "pending"}).status_code == 302
    limits_of_today = opened(nora, f"/laboratories/{laboratory.pk}/") | {"range-AST-upper_limit": "40"}
    assert nora.post(f"/laboratories/{laboratory.pk}/", limits_of_today | {"from_on": "01-JAN-2025"}).status_code == 302
    where = Where("visit", Visit.objects.get().pk, "lab-HGB")
    query = raise_query(Save(cast.people[Role.MONITOR]), cast.participant, where, "The value?")
    typed = opened(nora, f"/queries/{query.pk}/")
    assert {"lab-HGB-value", "lab-HGB-unit", "lab-HGB-lower_limit", "lab-HGB-upper_limit"} <= typed.keys()
    typed |= {"lab-HGB-value": "9.4", "lab-HGB-unit": "g/dL"}
    typed |= {"lab-HGB-value_missing": "", "acknowledge_VIS-16": "not on the report"}
    answer = nora.post(f"/queries/{query.pk}/", typed)
    assert answer.status_code == 302, answer.content.decode()
    row = LaboratoryResult.objects.get(analyte="HGB")
    assert (row.value, row.lower_limit, row.upper_limit) == (Decimal("9.4"), Decimal("12.5"), 16)
    query.refresh_from_db()
    assert query.messages.last().words.startswith("Corrected: "), "the value counts as corrected"
    other = LaboratoryResult.objects.get(analyte="AST")
    versions = Change.objects.latest("id").versions.filter(table_name="trial_laboratoryresult")
    assert other.upper_limit is None and other.pk not in versions.values_list("row_id", flat=True), "the other line"


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
