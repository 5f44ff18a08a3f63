"""A further edition is used at a site only once its approval there is on record: pages, services and import."""

import random
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone

from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import entries
from capture.exchange.data_sets import BY_NAME, columns_in
from capture.exchange.importing.run import Report, import_files
from tests.capture.typed import fields, opened, signed_in
from tests.cast import Cast, cast_of, register
from trial.accounts import administration
from trial.models import Change, EditionApproval, HormoneLevel, Person, Role, Site, Version
from trial.protocol import Edition, form_versions
from trial.record import changes, versions_in_force
from trial.record.save import Save
from trial.refused import Refused
from trial.rules.dates.partial_date import shown

NEW = "/participants/{}/hormone/new/"
LEVEL = {"sampled_on": "09-JAN-2026", "marker": "CGA", "value": "210", "unit": "ng/mL", "upper_limit": "100"}
VALUES = {"sampled_on": date(2026, 1, 9), "marker": "CGA", "value": 210, "value_missing": "", "unit": "ng/mL",
          "upper_limit": 100, "upper_limit_missing": ""}  # fmt: skip
REASON = {"reason_code": "entry_error", "reason_words": ""}
COMMITTEE = "Ethics committee of North, 12/2026"


@pytest.fixture
def cast(database: object, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """The fixed cast, in a program that has a second edition of the hormone form: it also asks the assay."""
    second = Edition(2, "Asks the assay.", "amendment 1", date(2026, 1, 2), ("assay",), {})
    monkeypatch.setitem(form_versions._DECLARED, "hormone", (form_versions.FIRST, second))
    made = cast_of()
    register(made.elsewhere[Role.COORDINATOR], made.south)
    return made


def approve(cast: Cast, site: Site, edition: int = 2, **changed: Any) -> EditionApproval:
    """The chair's word, with today's date."""
    given = {"decided_on": timezone.now().date(), "decided_by": COMMITTEE, "title": "Hormone level"} | changed
    return versions_in_force.approve(Save(cast.people[Role.CHAIR]), site, "hormone", edition, **given)


def withdraw(cast: Cast, site: Site, edition: int = 2) -> EditionApproval:
    """The chair takes it back."""
    return versions_in_force.withdraw(Save(cast.people[Role.CHAIR]), site, "hormone", edition, timezone.now().date(),
                                      COMMITTEE, "Hormone level")  # fmt: skip


@pytest.mark.requirement("R55")
def test_a_further_edition_from_its_declaration_to_its_use(cast: Cast) -> None:
    nora, chris = signed_in(cast.people[Role.COORDINATOR]), signed_in(cast.people[Role.CHAIR])
    page = nora.get(NEW.format("NET-001")).content.decode()
    assert "Version 1</a> of this form" in page and "assay" not in fields(page)
    refused = nora.post(NEW.format("NET-001"), LEVEL | {"assay": "Dako"})
    assert refused.status_code == 422 and "“Dako” is not saved" in refused.content.decode()
    assert not HormoneLevel.objects.exists()
    assert nora.post(NEW.format("NET-001"), LEVEL).status_code == 302
    old = HormoneLevel.objects.get()
    assert (old.form_edition, old.assay) == (1, "")
    left_open = opened(nora, NEW.format("NET-001")) | LEVEL | {"sampled_on": "10-JAN-2026"}

    listed = chris.get("/editions/").content.decode()
    further = sum(edition.number > form_versions.before_approvals(form)
                  for form in form_versions.forms() for edition in form_versions.editions_of(form))  # fmt: skip
    waiting = further * Site.objects.count()
    assert listed.count("which uses version 1") == waiting and "Hormone level, version 2" in listed
    typed = {"which": "hormone:2:NORTH", "decided_on": "02-JAN-2026", "decided_by": COMMITTEE}
    assert chris.post("/editions/approve/", typed).status_code == 302
    listed = chris.get("/editions/").content.decode()
    assert listed.count("which uses version 1") == waiting - 1
    assert "approved 02-JAN-2026, Chris" in " ".join(listed.split())

    moved = nora.post(NEW.format("NET-001"), left_open)
    assert moved.status_code == 422 and "came into use at NORTH after this page was opened" in moved.content.decode()
    again = fields(moved.content.decode())
    assert again["sampled_on"] == "10-JAN-2026" and "assay" in again, "nothing typed is lost, the new question is there"
    looked_at = again | {"assay": "Dako", "acknowledge_HORM-03": "asked for the first time"}
    assert nora.post(NEW.format("NET-001"), looked_at).status_code == 302
    assert HormoneLevel.objects.get(assay="Dako").form_edition == 2

    address = f"/participants/NET-001/hormone/{old.pk}/"
    shown_old = nora.get(address).content.decode()
    assert "Shown in version 1 of this form" in shown_old and "not part of version 1" in shown_old
    correction = nora.get(f"{address}?correct=1").content.decode()
    assert "This page uses version 2" in correction and "New fields:</strong> Assay." in correction
    done = nora.post(address, fields(correction) | REASON | {"value": "211", "assay": "Dako"})
    assert done.status_code == 302, done.content.decode()
    old.refresh_from_db()
    assert (old.form_edition, old.assay) == (2, "Dako")
    sol = signed_in(cast.elsewhere[Role.COORDINATOR])
    assert "assay" not in opened(sol, NEW.format("NET-002")), "the other site goes on with the first edition"


def _brought_in(cast: Cast, number: str, **cells: str) -> Report:
    row = {"study_number": number, "entry": "1", **LEVEL, "sampled_on": "2026-01-09", **cells}
    names = [*columns_in(BY_NAME["hormone"]), *(name for name in ("form_edition",) if name in cells)]
    text = f"{','.join(names)}\r\n{','.join(row.get(name, '') for name in names)}\r\n"
    return import_files(
        Save(cast.people[Role.STATISTICIAN]), {"hormone.csv": text.encode()}, "the test", rehearsal=False
    )


@pytest.mark.requirement("R55")
def test_an_import_obeys_the_same_approvals(cast: Cast) -> None:
    early = _brought_in(cast, "NET-001", assay="Dako")
    assert [each.column for each in early.problems] == ["assay"]
    assert "is part of the form from version 2" in early.problems[0].words
    named = _brought_in(cast, "NET-001", assay="Dako", form_edition="2")
    assert [each.words for each in named.problems] == [
        "Version 2 of this form is not approved at the site, which uses version 1. Nothing was saved."
    ]
    assert [each.words for each in _brought_in(cast, "NET-001", form_edition="7").problems] == [
        "This form has no version “7”."
    ]
    assert not HormoneLevel.objects.exists()
    approve(cast, cast.north)
    assert _brought_in(cast, "NET-001", assay="Dako").saved
    assert _brought_in(cast, "NET-001", marker="GASTRIN", unit="pg/mL", form_edition="1").saved
    assert dict(HormoneLevel.objects.values_list("marker", "form_edition")) == {"CGA": 2, "GASTRIN": 1}
    assert not _brought_in(cast, "NET-002", assay="Dako").saved, "the other site has no approval"


@pytest.mark.requirement("R55")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_entry_is_by_a_newer_edition_than_was_approved_at_its_site_at_that_moment(cast: Cast, seed: int) -> None:
    chosen, sites = random.Random(seed), (cast.north, cast.south)
    for _ in range(60):
        site = chosen.choice(sites)
        act = chosen.choice((approve, withdraw, _enter, _enter, _correct))
        try:
            act(cast, site, chosen.choice((1, 2, 2)))
        except Refused:
            continue
    approved: dict[int, set[int]] = {site.pk: {1} for site in sites}
    looked_at = {1: 0, 2: 0}
    for version in Version.objects.select_related("change").order_by("change_id", "id"):
        row, site_id = version.row, version.change.site_id
        if version.table_name == "trial_editionapproval":
            (approved[site_id].discard if row["state"] == "withdrawn" else approved[site_id].add)(row["edition"])
        elif version.table_name == "trial_hormonelevel":
            assert row["form_edition"] in approved[site_id]
            assert row["form_edition"] == 2 or not row["assay"] or version.act == "update"
            looked_at[row["form_edition"]] += 1
    assert min(looked_at.values()) > 2, "both editions were tried"


def _enter(cast: Cast, site: Site, edition: int) -> None:
    """Entries with and without what edition 2 asks, by an edition drawn at random."""
    one = site.participants.get()
    day = date(2026, 1, 10) + timedelta(days=one.hormone_levels.count())
    values = VALUES | {"sampled_on": day, "assay": "Dako" if edition == 2 else ""}
    entries.save(Save(edition=edition), one, ENTRY_FORMS["hormone"], values)


def _correct(cast: Cast, site: Site, edition: int) -> None:
    one = site.participants.get()
    row = one.hormone_levels.order_by("-id").first()
    if row is not None:
        values = {name: getattr(row, name) for name in (*VALUES, "assay")} | {"value": row.value + 1}
        entries.save(Save(reason="Entry error", edition=edition), one, ENTRY_FORMS["hormone"], values, row=row)


@pytest.mark.requirement("R55")
def test_only_the_study_chair_records_an_approval_and_nobody_in_the_name_of_another(cast: Cast) -> None:
    for role in set(Role) - {Role.CHAIR}:
        with pytest.raises(Refused, match="Only the study chair"):
            versions_in_force.approve(
                Save(cast.people[role]), cast.north, "hormone", 2, date(2026, 1, 2), COMMITTEE, ""
            )
    chris, nora = cast.people[Role.CHAIR], cast.people[Role.COORDINATOR]
    with pytest.raises(DatabaseError, match="in the name of another"), changes.record(Save(chris), "settings"):
        EditionApproval.objects.create(site=cast.north, form="hormone", edition=2, state="approved", recorded_by=nora,
                                       decided_on=date(2026, 1, 2), decided_by=COMMITTEE)  # fmt: skip
    assert not EditionApproval.objects.exists()


@pytest.mark.requirement("R55")
def test_an_approval_is_refused_in_words(cast: Cast) -> None:
    tomorrow = timezone.now().date() + timedelta(days=1)
    for given, words in (({"decided_on": tomorrow}, "be in the future"), ({"decided_by": "  "}, "who decided"),
                         ({"edition": 3}, "version does not exist"), ({"edition": 1}, "Version 1 is already approved")):
        with pytest.raises(Refused, match=words):
            approve(cast, cast.north, **given)
    with pytest.raises(Refused, match="would have no version of this form left"):
        withdraw(cast, cast.north, 1)
    with pytest.raises(Refused, match="is not in use"):
        withdraw(cast, cast.north, 2)
    chris = signed_in(cast.people[Role.CHAIR])
    typed = {"which": "hormone:2:NORTH", "decided_on": shown(tomorrow), "decided_by": COMMITTEE}
    assert chris.post("/editions/approve/", typed).status_code == 422
    assert chris.post("/editions/approve/", typed | {"which": "hormone:2:EAST"}).status_code == 422
    assert not EditionApproval.objects.exists()


@pytest.mark.requirement("R55")
def test_a_withdrawal_is_a_further_word_and_the_site_goes_back(cast: Cast) -> None:
    approve(cast, cast.north)
    chris = signed_in(cast.people[Role.CHAIR])
    typed = {"which": "hormone:2:NORTH", "decided_on": "02-JAN-2026", "decided_by": COMMITTEE}
    assert chris.post("/editions/withdraw/", typed).status_code == 302
    assert versions_in_force.in_force(cast.north.pk, "hormone") == 1
    assert list(EditionApproval.objects.values_list("state", flat=True)) == ["approved", "withdrawn"]
    approve(cast, cast.north)
    assert versions_in_force.in_force(cast.north.pk, "hormone") == 2
    change = Change.objects.latest("id")
    assert (change.act, change.site, change.reason) == (
        "approve", cast.north, "Version 2 of “Hormone level” approved at NORTH")  # fmt: skip
    page = signed_in(cast.people[Role.MONITOR]).get(f"/trail/{change.pk}/").content.decode()
    assert "Approval of a form version" in page and "Hormone level" in page and COMMITTEE in page


@pytest.mark.requirement("R55")
def test_a_site_that_is_opened_starts_with_the_newest_editions_on_record_in_the_same_change(cast: Cast) -> None:
    adam = cast.people[Role.ADMINISTRATOR]
    east = administration.save_site(Save(adam), None, "EAST", "East", "a new site")
    assert versions_in_force.in_force(east.pk, "hormone") == 2
    assert EditionApproval.objects.filter(site=east).count() == len(form_versions.forms())
    version = Version.objects.filter(table_name="trial_editionapproval").first()
    assert version is not None and version.change_id == Change.objects.latest("id").pk
    assert EditionApproval.objects.filter(site=east, recorded_by=adam, state="opened").exists()
    page = signed_in(adam).get("/editions/").content.decode()
    assert "EAST" in page and "opened" in page


@pytest.mark.requirement("R55")
def test_sites_from_before_approvals_were_kept_go_on_with_what_they_used(cast: Cast) -> None:
    assert not EditionApproval.objects.exists()
    assert versions_in_force.in_force(cast.north.pk, "adverse_event") == 2
    assert versions_in_force.in_force(cast.north.pk, "hormone") == 1, "an edition that came later waits"


def test_a_person_of_one_site_sees_the_editions_of_that_site(cast: Cast) -> None:
    page = signed_in(cast.elsewhere[Role.COORDINATOR]).get("/editions/").content.decode()
    assert "SOUTH</th>" in page and "NORTH" not in page and "/editions/approve/" not in page


@pytest.mark.requirement("R55")
def test_what_the_edition_of_a_site_does_not_ask_counts_as_its_strictest_value(database: object) -> None:
    from capture.expedited import listing

    cast = cast_of()
    nora: Person = cast.people[Role.COORDINATOR]
    versions_in_force.withdraw(
        Save(cast.people[Role.CHAIR]), cast.north, "adverse_event", 2, date(2026, 1, 2), COMMITTEE, ""
    )
    event = {"term": "nausea", "select": "", "other_words": "", "grade": 3, "grade_missing": "", "attribution": 4,
             "attribution_missing": "", "onset_on": None, "onset_on_missing": "unknown", "resolved_on": None,
             "present_at_baseline": False, "seriousness": "important", "expectedness": "expected",
             "action_taken": "none", "outcome": "not_recovered", "cycle_number": None}  # fmt: skip
    entries.save(Save(nora), cast.participant, ENTRY_FORMS["adverse_event"], event)
    before = listing.of_participant(cast.participant, timezone.now())
    assert [each.of.clock.state for each in before] == ["undetermined"], "an answer that nobody gave makes no report go"
    assert "the form version at this site does not include it" in before[0].to_answer
    assert "whether the hospital stay was 24 hours or more" in before[0].to_answer
    assert "when the site became aware" in before[0].to_answer and "Enter when" not in before[0].to_answer
    versions_in_force.approve(
        Save(cast.people[Role.CHAIR]), cast.north, "adverse_event", 2, date(2026, 1, 2), COMMITTEE, ""
    )
    after = listing.of_participant(cast.participant, timezone.now())
    assert after[0].of.clock == before[0].of.clock, "the clock is the same; only what is asked for is not"
    assert "Enter " in after[0].to_answer and "does not include" not in after[0].to_answer
