"""Pages of the laboratories of a site: which there are, and the limits of normal of each."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from capture.casebook.fields import FullDateField, NumberField, WholeNumberField, WordsField
from capture.casebook.forms.base import labeled_as
from capture.casebook.forms.laboratory import in_words, shown_unit
from capture.casebook.forms.reasons import ReasonForm
from capture.entry.services import laboratories as service
from capture.entry.services.laboratories import Limits, Whom
from capture.entry.views import saving
from trial.drawing.form_layout import Boxes, Hidden, PageHelper, Rows, posted
from trial.models import Laboratory, LaboratoryRange, Site
from trial.protocol import LABORATORY, SEXES, UNITS_OF
from trial.protocol.ctcae_v3.limits import ANALYTES
from trial.record import access
from trial.record.save import Save, of_request

# The limits are verified against their source by who reads the record.
READS = tuple(dict.fromkeys((*access.READS_RECORD, *service.DECLARES)))


@labeled_as(Laboratory)
class LaboratoryForm(forms.Form):
    """A further laboratory of one of the sites."""

    helper = PageHelper(Boxes(css_class="entry-fields"))
    site = forms.ModelChoiceField(Site.objects.none())
    name = WordsField(max_length=80)

    def __init__(self, data: Any, sites: Iterable[Site]) -> None:
        super().__init__(data)
        of_person = Site.objects.filter(pk__in=[each.pk for each in sites])
        site = self.fields["site"]
        assert isinstance(site, forms.ModelChoiceField)
        site.queryset, site.empty_label = of_person, None if len(of_person) == 1 else "Choose"


@labeled_as(Laboratory)
class RenameForm(ReasonForm):
    """Another name of a laboratory; was: the one that the page showed."""

    helper = PageHelper(Boxes("name", "reason_code", "reason_words", css_class="entry-fields"), Hidden())
    name = WordsField(max_length=80)
    was = forms.CharField(widget=forms.HiddenInput, max_length=80)


@labeled_as(LaboratoryRange)
class WhomForm(forms.Form):
    """Whom the limits of the table hold for, and from when."""

    helper = PageHelper(Boxes(css_class="entry-fields"))
    from_on = FullDateField(before_study=True)
    sex = forms.ChoiceField(required=False, choices=[("", "Both"), *SEXES[:2]])
    age_from = WholeNumberField(required=False, min_value=0, max_value=120)
    age_to = WholeNumberField(required=False, min_value=0, max_value=120, help_text="empty: no upper end")

    def whom(self) -> Whom:
        """As it was typed."""
        typed = self.cleaned_data
        return Whom(typed["from_on"], typed["sex"], typed["age_from"] or 0, typed["age_to"])


@labeled_as(LaboratoryRange)
class LimitsForm(forms.Form):
    """The limits of one analyte; without any limit it is none."""

    unit = forms.ChoiceField()
    lower_limit = NumberField(required=False, max_digits=12, decimal_places=3, min_value=Decimal(0))
    upper_limit = NumberField(required=False, max_digits=12, decimal_places=3, min_value=Decimal(0))

    def __init__(self, data: Any, analyte: str) -> None:
        super().__init__(data, prefix=f"range-{analyte}", initial={"unit": UNITS_OF[analyte][0]})
        self.analyte, self.title = analyte, ANALYTES[analyte]
        self.fields["unit"].choices = [(each, shown_unit(each)) for each in UNITS_OF[analyte]]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{self.title}: {str(field.label).lower()}"

    def limits(self) -> Limits | None:
        """As typed; None without a limit."""
        typed = self.cleaned_data
        if typed["lower_limit"] is None and typed["upper_limit"] is None:
            return None
        return Limits(self.analyte, typed["unit"], typed["lower_limit"], typed["upper_limit"])


@access.allows(*READS)
def listing(request: HttpRequest) -> HttpResponse:
    """The laboratories of the person's sites; adds one, where the person declares them."""
    sites, may_declare = service.sites_of(request.user), _may_declare(request)
    form, refusal = LaboratoryForm(posted(request), sites), None
    if request.method == "POST" and form.is_valid():
        made: list[Laboratory] = []
        refusal = saving.attempt(request, lambda: made.append(service.add(of_request(request), **form.cleaned_data)))
        if refusal is None:
            messages.success(request, f"Laboratory {made[0]} is saved. Enter its limits of normal.")
            return redirect("capture:laboratory", made[0].pk)
    shown = {"form": form, "laboratories": service.of_sites(sites), "may_declare": may_declare,
             **(refusal.context if refusal else {})}  # fmt: skip
    status = 422 if refusal or form.errors else 200
    return render(request, "capture/entry/laboratories/listing.html", shown, status=status)


def _may_declare(request: HttpRequest) -> bool:
    """Whether the person may declare what all who read the record may look up. Raises PermissionDenied for a save."""
    may_declare = request.user.role in service.DECLARES
    if request.method == "POST" and not may_declare:
        raise PermissionDenied
    return may_declare


@access.allows(*READS)
def one(request: HttpRequest, laboratory_id: int) -> HttpResponse:
    """The limits of a laboratory, and a table to add more, where the person declares them."""
    may_declare = _may_declare(request)
    laboratory = _declared_by(request, laboratory_id)
    form, refusal = WhomForm(posted(request)), None
    limits_forms = (LimitsForm(posted(request), each.code) for each in LABORATORY)
    rows = Rows(limits_forms, "capture/entry/laboratories/_limits.html")
    if request.method == "POST" and all([form.is_valid(), *(each.is_valid() for each in rows)]):
        limits = [each for row in rows if (each := row.limits()) is not None]
        save = replace(of_request(request), acknowledged=saving.acknowledged(request))
        refusal = saving.attempt(request, lambda: service.declare(save, laboratory, form.whom(), limits))
        if refusal is None:
            count = f"{len(limits)} range{'s' if len(limits) > 1 else ''}"
            messages.success(request, f"{laboratory}: {count} saved.")
            return redirect("capture:laboratory", laboratory.pk)
    status = 422 if request.method == "POST" else 200
    shown = {"form": form, "rows": rows, "laboratory": laboratory, "ranges": _in_order(laboratory),
             "may_declare": may_declare, **(refusal.context if refusal else {})}  # fmt: skip
    return render(request, "capture/entry/laboratories/one.html", shown, status=status)


def _in_order(laboratory: Laboratory) -> list[tuple[str, str, LaboratoryRange]]:
    """Title, limits and row of each range: as the visit lists analytes, the newest of each first."""
    place = {each.code: number for number, each in enumerate(LABORATORY)}
    rows = sorted(laboratory.ranges.standing().order_by("-from_on", "sex", "age_from"),
                  key=lambda row: place[row.analyte])  # fmt: skip
    return [(ANALYTES[each.analyte], in_words(each), each) for each in rows]


@access.allows(*service.DECLARES)
def strike_out(request: HttpRequest, laboratory_id: int, row_id: int) -> HttpResponse:
    """Strikes out a range with a reason."""
    laboratory = _declared_by(request, laboratory_id)
    row = get_object_or_404(laboratory.ranges.standing().select_related("laboratory__site"), pk=row_id)
    return _with_reason(
        request, laboratory, ReasonForm(posted(request)), lambda save, _: service.strike_out(save, row),
        title=f"Strike out: {ANALYTES[row.analyte]}", button="Strike out range",
        lede="Limits of results that are saved stay as they are.",
        done=f"The range of {ANALYTES[row.analyte]} is struck out.",
    )  # fmt: skip


@access.allows(*service.DECLARES)
def rename(request: HttpRequest, laboratory_id: int) -> HttpResponse:
    """Gives a laboratory another name, with a reason."""
    laboratory = _declared_by(request, laboratory_id)
    form = RenameForm(posted(request), initial={"name": laboratory.name, "was": laboratory.name})
    return _with_reason(
        request, laboratory, form, lambda save, typed: service.rename(save, laboratory, typed["name"], typed["was"]),
        title="Rename laboratory", button="Rename laboratory",
        lede="Visits that are saved keep the name that they were entered with, and its limits.",
        done="The laboratory is renamed.",
    )  # fmt: skip


@access.allows(*service.DECLARES)
def strike_out_whole(request: HttpRequest, laboratory_id: int) -> HttpResponse:
    """Strikes out a laboratory with a reason, and with it its limits."""
    laboratory = _declared_by(request, laboratory_id)
    return _with_reason(
        request, laboratory, ReasonForm(posted(request)), lambda save, _: service.strike_out(save, laboratory),
        title="Strike out laboratory", button="Strike out laboratory",
        lede="The laboratory can no longer be chosen, and its limits no longer apply. Visits that are saved stay as "
             "they are.",
        done=f"Laboratory {laboratory} is struck out.", to="capture:laboratories",
    )  # fmt: skip


def _declared_by(request: HttpRequest, laboratory_id: int) -> Laboratory:
    return get_object_or_404(service.of_sites(service.sites_of(request.user)), pk=laboratory_id)


def _with_reason(
    request: HttpRequest, laboratory: Laboratory, form: ReasonForm, act: Callable[[Save, Any], None], *,
    done: str, to: str = "capture:laboratory", **words: str,
) -> HttpResponse:  # fmt: skip
    """A page that changes what is declared. act: with the save and what was typed. words: title, lede and button."""
    refusal = None
    if request.method == "POST" and form.is_valid():
        save = of_request(request, form.cleaned_data["reason"])
        refusal = saving.attempt(request, lambda: act(save, form.cleaned_data))
        if refusal is None:
            messages.success(request, done)
            return redirect(to, *([laboratory.pk] if to == "capture:laboratory" else []))
    shown = {"form": form, "laboratory": laboratory, **words, **(refusal.context if refusal else {})}
    status = 422 if refusal or form.errors else 200
    return render(request, "capture/entry/laboratories/with_reason.html", shown, status=status)
