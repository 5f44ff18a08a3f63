"""Results of the groups and the data cuts, for who reads them on the pages, and only over all sites."""

from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema

from analysis.endpoints import registry
from analysis.results import moments
from analysis.views import panels
from analysis.views.panels import GroupPanel
from trial.api.problems import CallRefused
from trial.api.use import Reply, allows
from trial.models import DataCut

router = Router(tags=["Results"])


class At(Schema):
    """The moment that is asked for."""

    as_of: Annotated[str, Query(max_length=40, description="A change number, or an instant in UTC; empty: now")] = ""
    cutoff: Annotated[str, Query(max_length=40, description="A day: only facts dated on or before it")] = ""
    cut: Annotated[str, Query(max_length=60, description="The name of a data cut")] = ""


class Result(Schema):
    """A group as of a change. is_current: no newer change touches it, or a past moment was asked for.

    result: population, endpoints by code, exclusions and settings, as `manage.py endpoints --json` prints them.
    """

    group: str
    change: int
    as_of: int | None
    cutoff: str | None
    cut: str | None
    is_current: bool
    settings_version: str
    engine: str
    result: dict[str, Any]


class Answer(Schema):
    """One endpoint of a group as of a change."""

    group: str
    endpoint: str
    title: str
    change: int
    settings_version: str
    engine: str
    answer: dict[str, Any]


class Cut(Schema):
    """A data cut: what was on record at a change, up to a clinical cut-off date (null: none)."""

    name: str
    purpose: str
    as_of: int
    cutoff: str | None
    engine: str
    settings_versions: dict[str, str]
    seal: str


class Cuts(Schema):
    """All data cuts, in order."""

    items: list[Cut]
    next: None


@router.get("/results/{group}", response=Result)
@allows("results:read")
def result(request: HttpRequest, group: str, at: Query[At]) -> Reply:
    """Every endpoint of a group, now or at a past moment; 503 with Retry-After while it is computed."""
    panel = _panel(group, at)
    moment, stored = panel.moment, panel.stored
    assert stored is not None
    body = {
        "group": panel.letter, "change": panel.change, "as_of": moment.change if moment else None,
        "cutoff": _day(moment.cutoff) if moment else None, "cut": (moment.cut or None) if moment else None,
        "is_current": moment is not None or panel.change >= panel.newest_change,
        "settings_version": stored.settings_version, "engine": stored.engine, "result": panel.answer,
    }  # fmt: skip
    return Reply(body, panel.change)


@router.get("/results/{group}/{endpoint}", response=Answer)
@allows("results:read")
def endpoint(request: HttpRequest, group: str, endpoint: str, at: Query[At]) -> Reply:
    """One endpoint of a group, by its code."""
    panel = _panel(group, at)
    declared, stored = registry.BY_CODE.get(endpoint), panel.stored
    assert stored is not None
    if declared is None or endpoint not in panel.answer["endpoints"]:
        raise Http404("This result has no such endpoint.")
    body = {"group": panel.letter, "endpoint": endpoint, "title": declared.title, "change": panel.change,
            "settings_version": stored.settings_version, "engine": stored.engine,
            "answer": panel.answer["endpoints"][endpoint]}  # fmt: skip
    return Reply(body, panel.change)


@router.get("/data-cuts", response=Cuts)
@allows("results:read")
def data_cuts(request: HttpRequest) -> Reply:
    """The data cuts; each is asked for by its name (`cut`)."""
    items = [{"name": each.name, "purpose": each.because, "as_of": each.as_of_change, "cutoff": _day(each.cutoff),
              "engine": each.engine, "settings_versions": each.settings_versions, "seal": each.head_seal}
             for each in DataCut.objects.order_by("id")]  # fmt: skip
    return Reply({"items": items, "next": None})


def _day(day: Any) -> str | None:
    return None if day is None else day.isoformat()


def _panel(group: str, at: At) -> GroupPanel:
    panel = panels.awaited(panels.group_or_404(group).code, moments.asked(at.dict()))
    if panel.result is None:
        retry = {"Retry-After": panels.RETRY_AFTER_SECONDS}
        raise CallRefused(503, "These results are being computed. Call again in a few seconds.", retry)
    return panel
