"""All figures of a group as one ZIP file: what each is alone, under its own name, and a list of what is there."""

from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from zipfile import ZipFile

import pytest
from django.core.management import call_command
from django.http import Http404

from analysis.results import data_cuts, moments
from analysis.results.recompute import recompute
from analysis.views.files import all_figures, plot_downloads
from tests.capture.conduct.test_signing import client_of
from tests.cast import Cast, cast_of
from tests.conftest import keeps_files_in
from tests.courses import course
from trial.models import FileJob, JournalEntry, Role
from trial.operations import file_jobs
from trial.record.save import Save
from trial.refused import Refused


@pytest.fixture
def cast(database: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cast]:
    """One participant with results and a data cut of an earlier moment; no process is started, three plots are drawn,
    and none of them as a picture in dots, which takes seconds."""
    monkeypatch.setattr(file_jobs.subprocess, "Popen", lambda *_, **__: SimpleNamespace(wait=lambda: 0))
    monkeypatch.setattr(file_jobs.os, "nice", lambda _: 0)
    plots = [plot for plot in plot_downloads.PLOTS if plot.code in ("waterfall", "overall_survival", "accrual")]
    monkeypatch.setattr(all_figures, "PLOTS", plots)
    monkeypatch.setattr(all_figures, "KINDS", {name: plot_downloads.KINDS[name] for name in ("svg", "csv")})
    made = cast_of()
    data_cuts.make(Save(made.people[Role.STATISTICIAN]), name="DSMB 1", because="first meeting")
    course(made.participant, 60)
    recompute("A")
    with keeps_files_in(tmp_path / "files"):
        yield made


@pytest.mark.parametrize("query", ["", "?cut=DSMB+1"])
def test_the_file_holds_every_figure_as_it_is_alone_and_lists_it_with_its_hash(cast: Cast, query: str) -> None:
    chair = client_of(cast.people[Role.CHAIR])
    moments.compute("A", moments.of_cut("DSMB 1"))
    assert f'action="/groups/A/figures/{query}"' in chair.get(f"/groups/A/{query}").content.decode()
    answer = chair.post(f"/groups/A/figures/{query}")
    job = FileJob.objects.get()
    page = f"/groups/A/figures/{job.pk}/"
    assert answer["Location"] == page and "Under way" in chair.get(page).content.decode()
    assert chair.post("/groups/A/figures/").status_code == 409
    call_command("file_job", job.pk)
    assert f'href="{page}file/"' in chair.get(page).content.decode()
    with ZipFile(BytesIO(b"".join(chair.get(f"{page}file/").streaming_content))) as archive:  # type: ignore[attr-defined]
        content = {name: archive.read(name) for name in archive.namelist()}
    said = content.pop(all_figures.LIST).decode()
    for plot in all_figures.PLOTS:
        for ending in all_figures.KINDS:
            alone = chair.get(f"/groups/A/plots/{plot.code}.{ending}{query}")
            name = alone["Content-Disposition"].split('"')[1]
            assert content.pop(name) == alone.content, name
            assert f"{name}  SHA-256 {sha256(alone.content).hexdigest()}" in said
    assert content == {} and ("cut-DSMB-1" in said) == bool(query)
    assert JournalEntry.objects.filter(words__startswith="Group A, all figures as ").count() == 1


def test_a_figure_that_cannot_be_made_is_named_with_the_reason(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_tall(*_: object) -> bytes:
        raise Refused("The drawing is too tall.")

    kinds = all_figures.KINDS | {"png600": plot_downloads.Kind("png", "image/png", too_tall, "600-dpi")}
    monkeypatch.setattr(all_figures, "KINDS", kinds)
    job = all_figures.carry_out(all_figures.start(cast.people[Role.CHAIR], "A", None))
    with file_jobs.opened(job, all_figures.FILE) as file, ZipFile(file) as archive:
        said = archive.read(all_figures.LIST).decode()
        assert not [name for name in archive.namelist() if name.endswith(".png")]
    assert said.count("600-dpi.png is left out: The drawing is too tall.") == 3


def test_nobody_without_results_asks_for_figures_or_fetches_them(cast: Cast) -> None:
    job = all_figures.carry_out(all_figures.start(cast.people[Role.CHAIR], "A", None))
    for role in set(Role) - {Role.CHAIR, Role.STATISTICIAN}:
        client = client_of(cast.people[role])
        answers = (client.post("/groups/A/figures/"), client.get(f"/groups/A/figures/{job.pk}/"),
                   client.get(f"/groups/A/figures/{job.pk}/file/"))  # fmt: skip
        assert [each.status_code for each in answers] == [403] * 3, role
    chair = client_of(cast.people[Role.CHAIR])
    assert chair.get(f"/groups/B/figures/{job.pk}/file/").status_code == 404, "those of the other group"
    other = FileJob.objects.create(kind=file_jobs.ARCHIVE, person=cast.people[Role.CHAIR], of="A")
    assert chair.get(f"/groups/A/figures/{other.pk}/").status_code == 404
    with pytest.raises(Http404):
        all_figures._asked("A", "../secret")


def test_a_data_cut_may_be_named_in_any_letters(cast: Cast) -> None:
    name = "ж" * 60
    data_cuts.make(Save(cast.people[Role.STATISTICIAN]), name=name, because="long")
    moments.compute("A", moments.of_cut(name))
    assert client_of(cast.people[Role.CHAIR]).post(f"/groups/A/figures/?cut={name}").status_code == 302
    assert all_figures.carry_out(FileJob.objects.get()).state == file_jobs.MADE
