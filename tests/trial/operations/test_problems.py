"""A problem is reported from the foot of any page, with its severity, and is listed for the administrator's review."""

import re
from html import unescape

import pytest
from django.db import DatabaseError

from tests.capture.typed import signed_in
from tests.cast import Cast
from trial.models import Change, ProblemReport, Role, Version
from trial.record import changes
from trial.record.save import Save
from trial.runtime.program import PROGRAM

pytestmark = pytest.mark.requirement("R70")

TYPED = {"severity": "data", "words": "The sum is 61 and should be 16", "page": "/participants/NET-001/?q=Mrs+Smith"}


@pytest.mark.parametrize("role", list(Role))
def test_everybody_reports_a_problem_from_the_foot_of_a_page(cast: Cast, role: Role) -> None:
    client = signed_in(cast.people[role])
    foot = re.search(r'href="(/problems/new/\?page=[^"]*)"', client.get("/protocol/").content.decode())
    assert foot is not None
    page = client.get(unescape(foot[1])).content.decode()
    assert 'value="/protocol/"' in page and "Enter study numbers only" in page
    assert client.post("/problems/new/", TYPED).status_code == 302
    row, change = ProblemReport.objects.get(), Change.objects.order_by("-id")[0]
    assert (row.reported_by, row.severity, row.words, row.program) == (
        cast.people[role], "data", "The sum is 61 and should be 16", PROGRAM)  # fmt: skip
    assert (change.person, change.act, list(change.groups)) == (cast.people[role], "problem", []), "no result moves"


def test_nothing_typed_in_an_address_is_kept_with_a_problem(cast: Cast) -> None:
    signed_in(cast.people[Role.COORDINATOR]).post("/problems/new/", TYPED)
    assert ProblemReport.objects.get().page == "/participants/NET-001/"
    assert not Version.objects.filter(row__icontains="smith").exists()


@pytest.mark.parametrize("missing", [{"severity": ""}, {"severity": "dire"}, {"words": " "}])
def test_a_report_without_severity_or_words_is_refused(cast: Cast, missing: dict[str, str]) -> None:
    before = Change.objects.count()
    answer = signed_in(cast.people[Role.MONITOR]).post("/problems/new/", TYPED | missing)
    assert answer.status_code == 422 and Change.objects.count() == before


def test_the_administrator_reviews_each_problem_once_and_both_stay_on_record(cast: Cast) -> None:
    signed_in(cast.people[Role.COORDINATOR]).post("/problems/new/", TYPED)
    row, adam = ProblemReport.objects.get(), signed_in(cast.people[Role.ADMINISTRATOR])
    listed = adam.get("/problems/").content.decode()
    assert "1 to review" in listed and "Data or a result are wrong" in listed and row.words in listed
    place = f"/problems/{row.pk}/review/"
    assert adam.post(place, {"found": ""}).status_code == 422
    assert adam.post(place, {"found": "Typed wrongly; corrected by the site."}).status_code == 302
    row.refresh_from_db()
    assert (row.reviewed_by, row.found) == (cast.people[Role.ADMINISTRATOR], "Typed wrongly; corrected by the site.")
    assert "already reviewed" in adam.post(place, {"found": "Again"}).content.decode()
    listed = adam.get("/problems/").content.decode()
    assert "0 to review" in listed and "Typed wrongly" in listed
    kept = Version.objects.filter(table_name="trial_problemreport", row_id=row.pk).order_by("id")
    assert [each.row["found"] for each in kept] == ["", "Typed wrongly; corrected by the site."]


def test_nobody_reports_in_anothers_name(cast: Cast) -> None:
    nora, chris = cast.people[Role.COORDINATOR], cast.people[Role.CHAIR]
    with pytest.raises(DatabaseError, match="name of another person"), changes.record(Save(nora), "problem") as change:
        ProblemReport.objects.create(reported_by=chris, reported_at=change.at, severity="small", words="x", program="x")
