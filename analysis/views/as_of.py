"""Past results: choose a data cut or date, create a data cut, compare two."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from analysis.endpoints import comparison
from analysis.results import data_cuts, moments
from analysis.results.moments import Moment
from analysis.views import panels
from analysis.views.files import report_jobs
from analysis.views.files.csv_text import chart_csv
from analysis.views.files.provenance import named, parts_of
from trial.drawing.form_layout import Boxes, Markup, PageHelper
from trial.models import Change, DataCut, Role
from trial.protocol import GROUPS, Group
from trial.record import access
from trial.record.save import of_request
from trial.record.typed_fields import choice, words
from trial.refused import Refused

A_MOMENT = "As-of date and time, or change number"


def _cutoff() -> forms.CharField:
    return words("Clinical cut-off date (optional)", 20, **{"placeholder": "DD-MMM-YYYY", "data-date": True})


class MomentForm(forms.Form):
    """A past moment; read from the address by the pages of results."""

    helper = PageHelper(Boxes(), Markup('<button class="btn btn-primary" type="submit">Show</button>'))

    as_of = words(A_MOMENT, 40, placeholder="118 or 12-FEB-2006 14:30")
    cutoff = _cutoff()


class CompareForm(forms.Form):
    """A group and two moments; read from the address by the comparison."""

    helper = PageHelper(Boxes(), Markup('<button class="btn btn-primary" type="submit">Compare</button>'))

    group = choice("Group")

    def __init__(self) -> None:
        super().__init__(auto_id="%s")
        self.fields["group"].choices = [(group.code, f"Group {group.code}") for group in GROUPS]  # type: ignore[attr-defined]
        moment = "data cut, as-of date and time, or change number"
        self.fields["from"] = words(f"From: {moment}", 60, required=True, list="cut-names")
        self.fields["to"] = words("To (empty: now)", 60, list="cut-names")


class DataCutForm(forms.Form):
    """What is named, and why; a name that was refused is typed again."""

    helper = PageHelper(Boxes(), Markup('<button class="btn btn-primary" type="submit">Create data cut</button>'))

    name = words("Name", 60, required=True)
    because = words("Purpose", 200, required=True)
    as_of = words(f"{A_MOMENT} (empty: now)", 40)
    cutoff = _cutoff()


@access.allows(*access.READS_RESULTS, method="GET")
def choose(request: HttpRequest) -> HttpResponse:
    """The form for a moment, the data cuts, and the form for a comparison."""
    return page_of(request)


def page_of(request: HttpRequest, status: int = 200, **refused: Any) -> HttpResponse:
    """The page of data cuts, with what was refused."""
    last, reports = Change.objects.order_by("-id").first(), report_jobs.newest()
    register = [(line, reports.get(line.cut.name)) for line in data_cuts.register()]
    context = {"moment_form": MomentForm(auto_id="%s"), "compare_form": CompareForm(), "last": last,
               "cut_form": DataCutForm(auto_id="cut-%s"), "register": register,
               "may_cut": request.user.role == Role.STATISTICIAN}  # fmt: skip
    return render(request, "analysis/as_of/choose.html", context | refused, status=status)


@access.allows(Role.STATISTICIAN, method="POST")
def cut(request: HttpRequest) -> HttpResponse:
    """Names a data cut of the record as it is now, or as of the change that is given; refused, it stays as typed."""
    typed = {name: request.POST.get(name, "").strip() for name in DataCutForm.base_fields}
    try:
        made = data_cuts.make(of_request(request), **typed)
    except (moments.WrongMoment, IntegrityError, Refused) as refusal:
        taken = isinstance(refusal, IntegrityError)
        because = f"A data cut named “{typed['name']}” exists. Choose another name." if taken else str(refusal)
        form = DataCutForm(auto_id="cut-%s", initial=typed)
        form.fields["name"].widget.attrs["autofocus"] = True
        return page_of(request, 422, cut_form=form, refusal=because)
    moment = moments.of_row(made)
    for group in GROUPS:
        panels.ask(group.code, moment)
    return redirect(reverse("analysis:dashboard") + moment.query)


@access.allows(*access.READS_RESULTS, method="GET")
def compare(request: HttpRequest) -> HttpResponse:
    """Which figures moved between two moments, which participants moved them, and by which changes."""
    return _both_sides(request, lambda shown: render(request, "analysis/as_of/compare.html", shown))


@access.allows(*access.READS_RESULTS, method="GET")
def compare_file(request: HttpRequest) -> HttpResponse:
    """The same as CSV: a row for each number, then for each fact of a participant that differs."""
    return _both_sides(request, _as_csv)


def _both_sides(request: HttpRequest, answer: Callable[[dict[str, Any]], HttpResponse]) -> HttpResponse:
    """What answers with the comparison that the address asks for; refused or not computed yet it says so."""
    group = panels.group_or_404(request.GET.get("group", GROUPS[0].code))
    try:
        before, after = _side(request, "from"), _side(request, "to")
    except moments.WrongMoment as refusal:
        return render(request, "analysis/as_of/no_data.html", {"because": str(refusal)}, status=404)
    pair = [panels.awaited(group.code, moment) for moment in (before, after)]
    if any(panel.result is None for panel in pair):
        return panels.not_ready(request, before)
    panels.opened(request, f"Group {group.code}, compared with {before.words}", after)
    return answer(_compared(group, before, after, pair))


def _as_csv(shown: dict[str, Any]) -> HttpResponse:
    sides = {"group": shown["group"].code, "before_is": shown["before"].words, "after_is": shown["after"].words}
    listed = [(each.of, each.short, each) for each in shown["figures"]]
    listed += [(mover["number"], each.words, each) for mover in shown["participants"] for each in mover["differences"]]
    rows = [{"of": of, "what": words, **each.row, "differs": "yes" if each.differs else "no", **sides}
            for of, words, each in listed]  # fmt: skip
    response = HttpResponse(chart_csv(rows), content_type="text/csv; charset=utf-8")
    between = [*parts_of(shown["before"]), "to", *parts_of(shown["after"])]
    name = named([f"group-{sides['group']}", *between], "csv")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _side(request: HttpRequest, side: str) -> Moment:
    """`from` or `to`: a data cut, change number or instant; empty means now."""
    text = request.GET.get(side, "").strip()
    cutoff = request.GET.get(f"{side}_cutoff", "").strip()
    if DataCut.objects.filter(name=text).exists():
        return moments.of_cut(text)
    return moments.asked({"as_of": text, "cutoff": cutoff}) or moments.present()


def _compared(group: Group, before: Moment, after: Moment, pair: list[panels.GroupPanel]) -> dict[str, Any]:
    assert pair[0].result is not None and pair[1].result is not None
    moved = comparison.participants(pair[0].outcomes, pair[1].outcomes)
    first, last = sorted((before.change, after.change))
    between = Change.objects.filter(id__gt=first, id__lte=last, groups__contains=[group.code])
    between = between.select_related("participant", "person").order_by("-id")
    movers = {participant["number"] for participant in moved}
    settings_moved = pair[0].result["settings"] != pair[1].result["settings"]
    same_rules = before.engine == after.engine and not settings_moved
    return {
        "group": group, "before": before, "after": after, "sides": pair,
        "figures": comparison.numbers(pair[0].result, pair[1].result),
        "participants": moved,
        "changes": list(between.filter(participant__number__in=movers)[:200]),
        "others": between.exclude(participant__number__in=movers).count(),
        "settings_moved": settings_moved,
        "only_the_cutoff": before.cutoff != after.cutoff and same_rules and not between.exists(),
    }  # fmt: skip
