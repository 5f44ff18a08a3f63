"""Copies through a real browser: taken, checked, and an archive read from disk with no server; no barrier anywhere."""

from pathlib import Path
from typing import Any

from capture.copies import archive
from tests.browser.conftest import signed_in_page
from tests.capture.copies.story import whole_casebook
from tests.conftest import keeps_files_in
from trial.models import FileJob, Role
from trial.operations import file_jobs


def no_barrier(page: Any, width: int) -> None:
    """Axe finds nothing, and nothing stands beyond the right edge."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    assert [(each["id"], page.url) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


def test_an_investigator_takes_a_copy_and_checks_it(chromium: Any, live_server_url: str, tmp_path: Path) -> None:
    cast, one = whole_casebook()
    with keeps_files_in(tmp_path / "files"):
        FileJob.objects.create(kind=file_jobs.ARCHIVE, person=cast.people[Role.INVESTIGATOR], of="NORTH", done=4,
                               total=4, state=file_jobs.MADE, words="from change 9", manifest="ab" * 32)  # fmt: skip
        for width in (1440, 390):
            page = signed_in_page(chromium, live_server_url, cast.people[Role.INVESTIGATOR],
                                  viewport={"width": width, "height": 844})  # fmt: skip
            page.goto(f"{live_server_url}/copies/")
            page.get_by_role("button", name="Download the archive of site NORTH").wait_for()
            no_barrier(page, width)
        page.goto(f"{live_server_url}/participants/{one}/")
        with page.expect_download() as begun:
            page.get_by_role("button", name="Certified copy").click()
        file = tmp_path / begun.value.suggested_filename
        begun.value.save_as(file)
        page.get_by_role("link", name="Verify a copy").click()
        no_barrier(page, 390)
        page.set_input_files("#file", str(file))
        page.get_by_role("button", name="Verify copy").click()
        page.get_by_text("Not changed afterwards.").wait_for()
        no_barrier(page, 390)
        page.fill("#hash", "nonsense")
        page.get_by_role("button", name="Verify copy").click()
        page.get_by_text("A hash has 64 characters").wait_for()
        no_barrier(page, 390)


def test_an_archive_is_read_from_disk_with_the_network_off(chromium: Any, database: object, tmp_path: Path) -> None:
    cast, one = whole_casebook()
    archive.build(None, cast.north, tmp_path / "north")
    index, complaints = (tmp_path / "north" / "index.html").as_uri(), []
    page = chromium.new_context(offline=True).new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    page.goto(index)
    page.get_by_role("link", name=str(one), exact=True).click()
    page.get_by_role("heading", name=f"Casebook of {one}").wait_for()
    assert page.evaluate("getComputedStyle(document.body).maxWidth") != "none"  # the style sheet was found
    page.get_by_role("link", name="Signatures").click()
    assert page.url.endswith("#signatures") and page.get_by_text("Inês Łącka").first.is_visible()
    page.get_by_role("link", name="Archive").click()
    page.get_by_role("link", name="Changes that concern no single participant").click()
    page.get_by_role("heading", name="Changes outside casebooks").wait_for()
    assert complaints == []
    for width in (1440, 390):
        page = chromium.new_context(viewport={"width": width, "height": 844}, offline=True).new_page()
        for name in ("index", "others", f"casebooks/{one}"):
            page.goto((tmp_path / "north" / f"{name}.html").as_uri())
            no_barrier(page, width)
