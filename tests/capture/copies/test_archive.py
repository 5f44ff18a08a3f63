"""The archive of a site and of the study: read from disk with no server, verified without the product."""

import csv
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from capture.copies import archive
from capture.exchange.data_sets import every
from tests.capture.copies.pdf import text_of
from tests.capture.copies.story import verified, whole_casebook
from tests.capture.copies.test_certified_copy import squeezed
from tests.cast import Cast, cast_of, register
from trial.models import Change, GroupSettings, JournalEntry, Participant, Role
from trial.record import changes


class Page(HTMLParser):
    """The words of a page, what it points to, and whatever would need a server or a script."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.words: list[str] = []
        self.points: list[str] = []
        self.tags: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.points += [value for name, value in attrs if name in ("href", "src") and value]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def pages_of(folder: Path) -> dict[Path, Page]:
    """Every page of an archive."""
    return {path: Page(path) for path in sorted(folder.rglob("*.html"))}


@pytest.fixture
def cast(database: object) -> Cast:
    """One participant at each site."""
    cast = cast_of()
    register(cast.elsewhere[Role.COORDINATOR], cast.south, primary_site="appendix of the south")
    with changes.record(None, "settings", "of the study alone", groups=("A",)):
        GroupSettings.objects.create(group="A", chosen={"accrual_ceiling": 40})
    return cast


@pytest.fixture
def of_north(cast: Cast, tmp_path: Path) -> Path:
    """The archive of Site North, made by its investigator."""
    archive.build(cast.people[Role.INVESTIGATOR], cast.north, tmp_path / "north")
    return tmp_path / "north"


@pytest.mark.requirement("R62")
def test_every_page_opens_from_disk_and_leads_only_to_files_of_the_archive(of_north: Path) -> None:
    pages = pages_of(of_north)
    assert {path.name for path in pages} == {"index.html", "others.html", "NET-001.html"}
    for path, page in pages.items():
        assert not page.tags & {"script", "form", "iframe", "img"}, path
        for point in page.points:
            target, _, anchor = point.partition("#")
            assert ":" not in point and not point.startswith("/"), point
            file = (path.parent / target).resolve() if target else path
            assert file.is_file() and of_north in file.parents, point
            assert not anchor or f'id="{anchor}"' in file.read_text(encoding="utf-8"), point
    listed = {(of_north / point).resolve() for point in pages[of_north / "index.html"].points}
    unlisted = {path.relative_to(of_north).as_posix() for path in of_north.rglob("*") if path.is_file()} - {
        each.relative_to(of_north).as_posix() for each in listed}  # fmt: skip
    assert unlisted == {"index.html", "manifest.json", "verify_copy.py", "sealed_trail.py"}


@pytest.mark.requirement("R62")
def test_a_page_says_what_the_certified_copy_on_paper_says(database: object, tmp_path: Path) -> None:
    cast, one = whole_casebook()
    archive.build(None, cast.north, tmp_path / "north")
    page = squeezed("".join(Page(tmp_path / "north" / "casebooks" / f"{one}.html").words))
    paper = text_of((tmp_path / "north" / "casebooks" / f"{one}.pdf").read_bytes())
    assert len(paper) > 20_000
    said = [word for word in re.sub(r"\S+, change \d+, copy \w+ +page \d+ of +\d+", "", paper).split()
            if word.isalpha() and len(word) < 30]  # fmt: skip
    assert sorted({word for word in said if word not in page and word != "Contents"}) == []
    assert "Łukasz" in page and "中" in page and "Struckout:Enteredtwice" in page


@pytest.mark.requirement("R43")
def test_the_archive_of_a_site_verifies_and_holds_nothing_of_another_site(cast: Cast, of_north: Path) -> None:
    whole = b"\n".join(path.read_bytes() for path in of_north.rglob("*") if path.suffix in (".html", ".csv", ".jsonl"))
    assert b"appendix of the south" not in whole and b"NET-002" not in whole and b"of the study alone" not in whole
    code, said = verified(of_north)
    assert code == 0, said
    with (of_north / "data" / "registration.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["study_number"] for row in rows] == ["NET-001"]
    assert not (of_north / "data" / "group_settings.csv").exists()
    numbers = [json.loads(line)["change"] for line in (of_north / "trail.jsonl").read_text().splitlines()]
    assert numbers == list(Change.objects.filter(site=cast.north).values_list("pk", flat=True))


def test_what_a_change_of_the_site_touched_elsewhere_is_withheld(cast: Cast, tmp_path: Path) -> None:
    with changes.record(None, "system", "of both sites", participant=cast.participant):
        Participant.objects.update(prior_therapy="said at both sites")
    archive.build(None, cast.north, tmp_path / "north")
    last = json.loads((tmp_path / "north" / "trail.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert [type(each).__name__ for each in last["versions"]].count("dict") == 1
    assert "appendix of the south" not in (tmp_path / "north" / "trail.jsonl").read_text(encoding="utf-8")
    assert verified(tmp_path / "north")[0] == 0


@pytest.mark.requirement("R62")
def test_the_archive_of_the_study_verifies_to_the_head_of_the_chain(cast: Cast, tmp_path: Path) -> None:
    call_command("archive", tmp_path / "study", verbosity=0)
    folder, newest = tmp_path / "study", Change.objects.order_by("-id")[0]
    head = f"{newest.pk}:{bytes(newest.seal or b'').hex()}"
    for script in ("verify_copy.py", "verify_trail.py"):
        code, said = verified(folder, "--head", head, script=script)
        assert code == 0, said
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["changes"], manifest["head"], manifest["withheld"]) == (newest.pk, head, 0)
    assert {path.name for path in (folder / "casebooks").glob("*.html")} == {"NET-001.html", "NET-002.html"}
    others = " ".join(Page(folder / "others.html").words)
    assert "of the study alone" in others and "Site: " not in others and "appendix" not in others
    digest = hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    assert JournalEntry.objects.get().words.endswith(f"manifest {digest}")


@pytest.mark.requirement("R62")
@pytest.mark.parametrize("file", ["casebooks/NET-001.html", "casebooks/NET-001.pdf", "data/registration.csv"])
def test_an_altered_file_of_an_archive_is_found(of_north: Path, file: str) -> None:
    content = (of_north / file).read_bytes()
    (of_north / file).write_bytes(content.replace(b"NET-001", b"NET-009") if b"NET-001" in content else content + b" ")
    code, said = verified(of_north)
    assert code == 1 and f"{file} is not the file that was made" in said


def test_an_unknown_site_and_a_full_folder_are_refused(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no site MOON"):
        call_command("archive", tmp_path / "moon", site="MOON")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    with pytest.raises(CommandError, match="not an empty folder"):
        call_command("archive", tmp_path / "full", site="NORTH")
    assert not JournalEntry.objects.exists() and not list(tmp_path.glob("moon*"))


def test_every_table_of_participants_goes_with_their_site(cast: Cast) -> None:
    left = {each.name for each in every() if archive.of_site(each, cast.north) is None}
    assert left == {"expedited_tables", "audit_reviews", "group_settings", "settings_proposals", "reopenings",
                    "data_cuts", "problem_reports", "trainings", "access_reviews", "passkeys",
                    "single_sign_ons"}  # fmt: skip
