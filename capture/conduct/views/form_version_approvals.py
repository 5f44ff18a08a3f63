"""Editions of forms and their edit checks, for everybody: what is in force where, what waits; the chair's approvals."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from capture.casebook.registry import CASEBOOK, CHECKS
from capture.conduct import form_version_approvals
from capture.conduct.form_version_approvals import TITLES, Choices, EditionApprovalForm
from trial.drawing.form_layout import posted
from trial.models import Site
from trial.record import access, versions_in_force
from trial.record.save import of_request
from trial.refused import reasons_against

MAY_DECIDE = access.DECIDES


@access.allows(*access.READS_RECORD, *access.ADMINISTERS)
def editions(request: HttpRequest) -> HttpResponse:
    """Forms × sites, the editions in words, and every word on record."""
    shown = {"page": form_version_approvals.page(request.user), "declared": form_version_approvals.declared(),
             "may_decide": request.user.role in MAY_DECIDE}  # fmt: skip
    return render(request, "capture/conduct/form_versions/editions.html", shown)


@access.allows(*MAY_DECIDE)
def approve(request: HttpRequest) -> HttpResponse:
    """An approval at one site; the edition is in force there once it is saved."""
    waiting = form_version_approvals.page(request.user).waiting
    offered = [_choice(title, cell, number) for title, cell, number in waiting]
    return _one(request, offered, versions_in_force.approve, "Record approval", "is approved")


@access.allows(*MAY_DECIDE)
def withdraw(request: HttpRequest) -> HttpResponse:
    """What takes an approval back; the site goes on with the edition before."""
    found = form_version_approvals.page(request.user).may_be_withdrawn
    offered = [_choice(title, cell, cell.number) for title, cell in found]
    return _one(request, offered, versions_in_force.withdraw, "Revoke approval", "is revoked")


def _choice(title: str, cell: form_version_approvals.Cell, number: int) -> tuple[str, str]:
    return f"{cell.form}:{number}:{cell.site.code}", f"{title}, version {number}, at {cell.site.code}"


def _one(request: HttpRequest, offered: Choices, record: Callable[..., Any], title: str, done: str) -> HttpResponse:
    form = EditionApprovalForm(offered, posted(request), initial={"which": request.GET.get("which", "")[:60]})
    reasons: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        kind, number, code = given["which"].split(":")
        words = f"Version {number} of “{TITLES[kind]}” {done} at {code}."
        reasons = reasons_against(lambda: record(
            of_request(request), Site.objects.get(code=code), kind, int(number), given["decided_on"],
            given["decided_by"], TITLES[kind]))  # fmt: skip
        if not reasons:
            messages.success(request, words)
            return redirect("capture:editions")
    shown = {"form": form, "title": title, "button": title, "reasons": reasons, "nothing": not offered}
    status = 422 if reasons or form.errors else 200
    return render(request, "capture/conduct/form_versions/approval.html", shown, status=status)


@access.allows(*access.READS_RECORD)
def edit_checks(request: HttpRequest) -> HttpResponse:
    """The checks by form, in order of the casebook: id, words, source, hard or soft, edition."""
    forms = [(form.title, form.kind, CHECKS[form.kind]) for form in CASEBOOK if form.kind in CHECKS]
    count = sum(len(checks) for _, _, checks in forms)
    return render(request, "capture/conduct/edit_checks.html", {"forms": forms, "count": count})
