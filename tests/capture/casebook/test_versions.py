"""Entries keep the edition of their form, are shown by it, and are corrected by the one in force at their site."""

from datetime import date
from typing import Any

import pytest

from capture.casebook import history, labels, versions
from capture.casebook.registry import CASEBOOK, ENTRY_FORMS
from capture.entry.services import corrections as correction
from capture.entry.services import entries
from tests import examples
from tests.capture.entry import test_corrections as corrections
from tests.capture.typed import fields, opened, signed_in
from tests.cast import Cast
from trial.models import AdverseEvent, Change, EditionApproval, Role, Site, Version
from trial.protocol import Edition, form_versions
from trial.record import changes, versions_in_force
from trial.record.save import Save
from trial.refused import Refused

REASON = {"reason_code": "entry_error", "reason_words": ""}
NOT_ASKED = ("hospital_stay", "aware_on", "aware_time")
SERIOUS = {"term": "nausea", "select": "", "other_words": "", "grade": 3, "grade_missing": "", "attribution": 4,
           "attribution_missing": "", "onset_on": None, "onset_on_missing": "unknown", "resolved_on": None,
           "present_at_baseline": False, "seriousness": "hospitalisation", "expectedness": "expected",
           "action_taken": "none", "outcome": "not_recovered", "cycle_number": None}  # fmt: skip
cast = corrections.cast


def say(site: Site, form: str, edition: int, state: str) -> None:
    """One word about an edition at a site, as the record keeps it."""
    with changes.record(None, "settings", "for the test", site=site):
        EditionApproval.objects.create(site=site, form=form, edition=edition, state=state, decided_by="the committee",
                                       decided_on=date(2026, 1, 2))  # fmt: skip


def enter(cast: Cast, kind: str, **more: Any) -> Any:
    """An entry of Nora's; soft checks are kept as not looked at."""
    values = more.pop("values", None) or examples.values(kind)
    saved = {name: more.pop(name) for name in ("reason", "acknowledged", "opened_at", "edition") if name in more}
    save = Save(cast.people[Role.COORDINATOR], **saved)
    return entries.save(save, cast.participant, ENTRY_FORMS[kind], values, **more)


@pytest.fixture
def old_event(cast: Cast) -> AdverseEvent:
    """A serious event saved by edition 1, at a site where edition 2 came into force afterwards."""
    say(cast.north, "adverse_event", 2, "withdrawn")
    event = enter(cast, "adverse_event", values=SERIOUS)
    say(cast.north, "adverse_event", 2, "approved")
    return event


def _page(event: AdverseEvent) -> str:
    return f"/participants/NET-001/adverse_event/{event.pk}/"


@pytest.mark.requirement("R54")
def test_every_form_of_the_casebook_has_editions_without_gaps_whose_fields_it_has() -> None:
    assert form_versions.forms() == tuple(form.kind for form in CASEBOOK)
    for form in CASEBOOK:
        editions = form_versions.editions_of(form.kind)
        assert [each.number for each in editions] == list(range(1, len(editions) + 1))
        asked = [each.name for each in form.model._meta.fields]
        assert {name for each in editions for name in (*each.new_fields, *each.labels)} <= set(asked)


@pytest.mark.requirement("R54")
@pytest.mark.parametrize("kind", [form.kind for form in CASEBOOK])
def test_every_entry_keeps_the_edition_by_which_it_was_saved_and_its_history_says_it(cast: Cast, kind: str) -> None:
    if kind == "registration":
        row, history = cast.participant, f"/participants/NET-001/history/registration/{cast.participant.pk}/"
    else:
        if form_versions.newest(kind) > form_versions.before_approvals(kind):  # the example answers nothing newer
            say(cast.north, kind, form_versions.newest(kind), "approved")
        case = corrections._case(cast, kind)
        row, history = labels.row_of(cast.participant, kind, int(case.history.split("/")[-2])), case.history
    number = form_versions.newest(kind)
    assert row.form_edition == number
    version = Version.objects.filter(table_name=row._meta.db_table, row_id=row.pk).latest("id")
    assert version.row["form_edition"] == number
    page = signed_in(cast.people[Role.COORDINATOR]).get(history).content.decode()
    assert f"in version {number} of this form" in page


@pytest.mark.requirement("R54")
def test_an_entry_of_an_older_edition_is_shown_by_its_fields_and_labels(cast: Cast, old_event: AdverseEvent) -> None:
    for role in (Role.MONITOR, Role.COORDINATOR):
        page = signed_in(cast.people[role]).get(_page(old_event)).content.decode()
        assert "Shown in version 1 of this form" in page and "Expectedness, if serious" in page
        assert page.count("not part of version 1") == len(NOT_ASKED)
        assert not set(NOT_ASKED) & set(fields(page)), "what was not asked has no box"
        assert ("Correct in version 2" in page) == (role == Role.COORDINATOR)


@pytest.mark.requirement("R54")
def test_a_correction_says_which_edition_asks_and_what_is_newly_asked(cast: Cast, old_event: AdverseEvent) -> None:
    nora, address = signed_in(cast.people[Role.COORDINATOR]), f"{_page(old_event)}?correct=1"
    page = nora.get(address).content.decode()
    assert "This page uses version 2 of this form" in page and "saved in version 1 of this form" in page
    assert "In hospital for 24 hours or more; Site became aware on; Aware at" in page
    assert page.count("new in version 2") == len(NOT_ASKED)
    typed = fields(page) | REASON | {"outcome": "recovered", "resolved_on": "01-MAR-2026"}
    refused = nora.post(address, typed)
    assert refused.status_code == 422 and "needs the date on which the site became aware" in refused.content.decode()
    done = nora.post(address, typed | {"aware_on": "02-FEB-2026", "hospital_stay": "yes"})
    assert done.status_code == 302, done.content.decode()
    old_event.refresh_from_db()
    assert (old_event.form_edition, old_event.hospital_stay) == (2, "yes")
    page = nora.get(f"/participants/NET-001/history/adverse_event/{old_event.pk}/").content.decode()
    assert page.index("in version 2 of this form") < page.index("in version 1 of this form")


def test_a_serious_event_of_edition_1_is_not_asked_when_the_site_became_aware(cast: Cast) -> None:
    with pytest.raises(Exception, match="needs the date on which the site became aware"):
        enter(cast, "adverse_event", values=SERIOUS)
    say(cast.north, "adverse_event", 2, "withdrawn")
    assert enter(cast, "adverse_event", values=SERIOUS).form_edition == 1


@pytest.mark.requirement("R54")
def test_a_correction_by_an_older_edition_leaves_what_it_does_not_ask_as_it_is(cast: Cast) -> None:
    known = SERIOUS | {"hospital_stay": "yes", "aware_on": date(2026, 2, 2)}
    event = enter(cast, "adverse_event", values=known)
    say(cast.north, "adverse_event", 2, "withdrawn")
    nora = signed_in(cast.people[Role.COORDINATOR])
    address = f"{_page(event)}?correct=1"
    typed = opened(nora, address) | REASON | {"outcome": "recovered", "resolved_on": "01-MAR-2026"}
    assert nora.post(address, typed).status_code == 302
    event.refresh_from_db()
    assert (event.form_edition, event.hospital_stay, event.aware_on) == (1, "yes", date(2026, 2, 2))
    shown = signed_in(cast.people[Role.MONITOR]).get(_page(event)).content.decode()
    assert "not part of version 1; saved in a later version: Yes" in shown


def test_a_corrected_answer_of_the_checklist_keeps_the_edition_of_the_registration(cast: Cast) -> None:
    one = cast.participant
    answer = correction.answers_of(one)["no_other_cancer"]
    correction.correct_participant(
        Save(cast.people[Role.COORDINATOR], reason="Entry error"), one, {}, {"no_other_cancer": type(answer)(met=False)}
    )
    one.refresh_from_db()
    assert one.form_edition == form_versions.newest("registration")


@pytest.mark.requirement("R54")
def test_an_entry_that_names_no_edition_is_told_by_the_columns_of_its_version() -> None:
    before = {"id": 1, "term": "nausea", "seriousness": "no", "expectedness": ""}
    assert versions_in_force.of_version("adverse_event", before) == (1, True)
    since = before | dict.fromkeys(NOT_ASKED)
    assert versions_in_force.of_version("adverse_event", since) == (2, True)
    assert versions_in_force.of_version("adverse_event", since | {"form_edition": 1}) == (1, False)


@pytest.mark.requirement("R54")
def test_a_field_that_came_with_a_later_version_is_marked_in_words_on_its_page(cast: Cast) -> None:
    form = ENTRY_FORMS["adverse_event"].form
    assert form is not None
    page = form()
    versions.ask_by(page, "adverse_event", 2, new_since=1)
    assert page.fields["hospital_stay"].beside == "new in version 2"  # type: ignore[attr-defined]
    assert not hasattr(page.fields["grade"], "beside")


@pytest.mark.requirement("R17")
def test_a_column_that_came_later_is_no_change_of_an_entry_from_before_it() -> None:
    older = {"marker": "CGA", "value": 40, "assay": "Dako"}
    newer = Version(table_name="trial_hormonelevel", row={**older, "value": 41, "value_qualifier": ""})
    assert [(line.label, line.old, line.new) for line in history.lines_of(newer, older, "")] == [("Value", "40", "41")]


@pytest.mark.requirement("R54")
def test_labels_and_fields_of_an_edition_follow_from_all_that_came_later(monkeypatch: pytest.MonkeyPatch) -> None:
    first = form_versions.editions_of("hormone")[0]
    more = (Edition(2, "", "", first.since, ("assay",), {"unit": "Unit used"}),
            Edition(3, "", "", first.since, ("upper_limit",)))  # fmt: skip
    monkeypatch.setitem(form_versions._DECLARED, "hormone", (first, *more))
    assert form_versions.asked_after("hormone", 1) == ("assay", "upper_limit")
    assert form_versions.asked_between("hormone", 1, 2) == ("assay",)
    assert [form_versions.labels("hormone", number) for number in (1, 2, 3)] == [{"unit": "Unit used"}] * 2 + [{}]
    assert form_versions.told_by_columns("hormone", {"assay", "upper_limit"}) == 1, "only what was in use before"


@pytest.mark.requirement("R55")
def test_a_save_by_an_edition_that_is_not_usable_keeps_nothing(cast: Cast) -> None:
    say(cast.north, "adverse_event", 2, "withdrawn")
    before = Change.objects.count()
    with pytest.raises(Refused, match="Version 2 of this form is not approved at the site"):
        enter(cast, "adverse_event", values=SERIOUS | {"aware_on": date(2026, 2, 2)}, edition=2)
    with pytest.raises(Refused, match="“Site became aware on” is part of this form from version 2"):
        enter(cast, "adverse_event", values=SERIOUS | {"aware_on": date(2026, 2, 2)})
    assert Change.objects.count() == before and not AdverseEvent.objects.exists()
