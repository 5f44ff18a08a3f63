"""What the pages of results show of one group, out of stored results; never computes an endpoint.

A past moment that is not computed yet is asked of the worker.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any, TypeVar

from django.db.models import JSONField, QuerySet
from django.db.models.expressions import RawSQL
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from analysis.charts import km, ruler, waterfall
from analysis.endpoints import registry, side_by_side
from analysis.endpoints.answers import monitoring
from analysis.endpoints.answers.enrollment import ACCRUAL, BASELINE
from analysis.endpoints.answers.safety import DEATHS_AND_SERIOUS, RELATED_DEATH
from analysis.endpoints.answers.shapes import Curve, Number
from analysis.models import GroupResult, OutcomeThen, ParticipantOutcome
from analysis.outcomes.cohort import Cohort, counted
from analysis.results import moments, outcome_store, settings_history
from analysis.results.moments import Moment
from analysis.results.recompute import changes_of, newest_change, newest_result, newest_results
from analysis.results.settings_history import TITLES, Entry, Move
from analysis.views import group_plots
from analysis.views.section import Section
from trial.models import audit
from trial.models.audit import Kind
from trial.protocol import DECLARED, GROUPS, Group, analysis_settings, by_registration, group_named
from trial.record.in_force import settings_by_group
from trial.rules.dates import site_time
from trial.runtime.database.at_once import at_once
from trial.runtime.worker import messages

Outcome = dict[str, Any]
View = Callable[..., HttpResponse]
Kept = TypeVar("Kept")


@dataclass(frozen=True)
class GroupPanel:
    """One group as the pages show it, now (`moment` None) or then; `result` is None until it is computed.

    lanes: the order of the swimmer plot.
    """

    letter: str
    stored: GroupResult | None
    newest_change: int
    moment: Moment | None = None
    lanes: str = "follow-up"

    @property
    def name(self) -> str:
        """What the group is."""
        return group_named(self.letter).name

    @cached_property
    def result(self) -> dict[str, Any] | None:
        """The stored answer, in the declared order; read once for each result. Nobody changes it."""
        stored = self.stored
        if stored is None:
            return None
        return _latest(_READ, stored.fingerprint or stored.pk, lambda: registry.arranged(stored.result))

    @property
    def numbers(self) -> SafeString:
        """What the dashboard draws of them; drawn once for each result, whoever has it open."""
        assert self.stored is not None
        shown = {"panel": self, "moment": self.moment}
        return _latest(_DRAWN, (self.letter, self.moment, self.stored.fingerprint or self.stored.pk),
                       lambda: render_to_string("analysis/dashboard/_numbers.html", shown))  # fmt: skip

    @property
    def answer(self) -> dict[str, Any]:
        """The stored answer of a panel that has one."""
        assert self.result is not None, self.letter
        return self.result

    @property
    def change(self) -> int:
        """The newest change that the numbers are of."""
        if self.stored is None:
            return 0
        return newest_change(self.letter, self.moment.change) if self.moment else self.stored.holds_to

    @property
    def computed_in_words(self) -> str:
        """`computed 0.3 s after it was saved`; when that was no answer to the save, such as after an upgrade: when."""
        if self.stored is None:
            return ""
        if self.stored.seconds_behind < AT_ONCE_SECONDS:
            return f"computed {self.stored.seconds_behind:.1f} s after it was saved"
        return f"computed on {site_time.in_utc(self.stored.computed_at)}"

    @cached_property
    def sections(self) -> list[Section]:
        """Every endpoint of the registry with its answer."""
        answers = self.answer["endpoints"]
        return [Section(endpoint, answers.get(endpoint.code), self.letter) for endpoint in registry.ENDPOINTS]

    @property
    def cards(self) -> list[Section]:
        """The endpoints with a figure on the dashboard."""
        return [section for section in self.sections if section.endpoint.card and section.answer is not None]

    @property
    def tiles(self) -> list[Section]:
        """The figures of the dashboard beside the primary endpoint, which stands above them with its ruler."""
        return [section for section in self.cards if section.endpoint is not registry.PRIMARY]

    @property
    def related_deaths(self) -> list[Number]:
        """The treatment-related deaths, where there are any, as one row."""
        answer = self.answer["endpoints"].get(DEATHS_AND_SERIOUS.code) if self.result else None
        rows = DEATHS_AND_SERIOUS.rows_of(answer) if answer else []
        return [row for row in rows if row.words == RELATED_DEATH and row.value != "0"]

    @property
    def primary(self) -> Section:
        """The primary endpoint."""
        return next(section for section in self.sections if section.endpoint is registry.PRIMARY)

    @property
    def verdict(self) -> monitoring.Verdict | None:
        """How the group stands by its plan; None in a result older than the monitoring."""
        stored = self.answer["endpoints"].get(monitoring.MONITORING.code)
        return monitoring.verdict(stored) if stored else None

    @property
    def ruler(self) -> ruler.Ruler:
        """The primary endpoint with its interval between the two rates of the plan."""
        return group_plots.ruler_of(self.answer)

    @property
    def small_curves(self) -> km.KaplanMeierCharts:
        """The curves of the dashboard, in one plot."""
        drawn = [(each.endpoint, each.answer) for each in self.sections if each.answer is not None
                 and isinstance(each.endpoint, Curve) and each.endpoint.small_plot]  # fmt: skip
        return group_plots.curves_of(drawn, self.letter)

    @property
    def query(self) -> str:
        """For the end of an address that stays at the same moment."""
        return self.moment.query if self.moment else ""

    @property
    def refresh(self) -> str:
        """Where the panel of a past moment asks whether it is computed; empty once it is, and for now."""
        return "" if self.stored or not self.moment else reverse("analysis:panel", args=[self.letter]) + self.query

    @property
    def is_behind(self) -> bool:
        """Whether there is a newer change than the numbers shown."""
        return self.moment is None and self.change < self.newest_change

    @cached_property
    def outcomes(self) -> list[Outcome]:
        """Every registered participant's outcome at the moment, in order of study number."""
        if self.moment is not None:
            return outcomes_of(self.stored) if self.stored else []
        stored = ParticipantOutcome.objects.filter(group=self.letter).values_list("outcome", flat=True)
        return _in_order(stored)

    @cached_property
    def drawn(self) -> Cohort:
        """The group as its plots read it: without the parts of outcomes that no plot draws, half of the bytes."""
        outcomes = self.__dict__.get("outcomes")
        if self.moment is not None:
            outcomes = self.outcomes
        elif outcomes is None:
            parts = RawSQL("outcome - %s::text[]", [list(registry.UNDRAWN)], output_field=JSONField())
            stored = ParticipantOutcome.objects.filter(group=self.letter).values_list(parts, flat=True)
            outcomes = _in_order(stored)
        return Cohort(self.letter, counted(outcomes), analysis_settings.from_dict(self.answer["settings"], self.letter))

    @property
    def hormone_plots(self) -> list[Any]:
        """One plot per marker."""
        return group_plots.hormones_of(self.drawn)

    @property
    def small_waterfall(self) -> waterfall.Waterfall:
        """The waterfall of the dashboard."""
        return group_plots.waterfall_of(self.answer, frame=waterfall.COMPACT)

    @property
    def large(self) -> dict[str, Any]:
        """The plots of the group page, by name."""
        return {
            "flow": group_plots.flow_of(self.answer),
            "boundary": group_plots.boundary_of(self.answer, self.drawn),
            "operating": group_plots.operating_of(self.answer),
            "accrual": group_plots.accrual_of(self.answer) if ACCRUAL.code in self.answer["endpoints"] else None,
            "accrual_sites": group_plots.accrual_sites_of(self.answer),
            "forest": group_plots.forest_of(self.answer),
            "watch": group_plots.watch_of(self.answer),
            "waterfall": group_plots.waterfall_of(self.answer, self.drawn),
            "spider": group_plots.spider_of(self.drawn),
            "swimmer": group_plots.swimmer_of(self.drawn, self.lanes),
            "toxicity": group_plots.toxicity_of(self.answer),
            "hormones": self.hormone_plots,
            "beside": self.beside,
        }

    @cached_property
    def with_others(self) -> list["GroupPanel"]:
        """Every group with a result at the same moment, this one included, in the order of the protocol."""
        every = [self if group.code == self.letter else panel(group.code, self.moment) for group in GROUPS]
        return [each for each in every if each.result is not None]

    @property
    def baseline_beside(self) -> side_by_side.Beside:
        """The first table, of every group whose result has it."""
        stored = [(each.letter, each.answer["endpoints"].get(BASELINE.code)) for each in self.with_others]
        return side_by_side.baseline([(letter, answer) for letter, answer in stored if answer])

    @property
    def own_first(self) -> list[dict[str, Any]]:
        """The answers of every group at the same moment, this one's first."""
        return [each.answer for each in sorted(self.with_others, key=lambda one: one.letter != self.letter)]

    @property
    def beside(self) -> list[tuple[str, Any]]:
        """(other group, toxicity of both back to back) for each other group with a result at the same moment."""
        pairs = []
        for other in self.with_others:
            if other.letter != self.letter:
                both = sorted((self, other), key=lambda one: one.letter)
                pairs.append((other.letter, group_plots.butterfly_of([one.answer for one in both])))
        return pairs

    @cached_property
    def departures(self) -> list[Move]:
        """The settings in use that are not the protocol's."""
        used = analysis_settings.from_dict(self.answer["settings"], self.letter)
        return settings_history.departures(self.letter, used)

    @property
    def planned(self) -> int:
        """How many the protocol plans to register."""
        return group_named(self.letter).ceiling

    @property
    def ceiling_change(self) -> Entry | None:
        """Who moved the ceiling away from the plan; None while it is the plan."""
        if self.answer["ceiling"] == self.planned:
            return None
        of = (self.letter, self.change, self.stored and self.stored.computed_at)
        return _latest(_MOVED, of, lambda: settings_history.last_change_of(
            TITLES["accrual_ceiling"], self.letter, self.change))  # fmt: skip

    @property
    def settings_in_words(self) -> list[dict[str, str]]:
        """Title and value of every setting that bears on the group."""
        return [{"title": setting.title, "value": analysis_settings.in_words(self.answer["settings"].get(setting.name))}
                for setting in DECLARED]  # fmt: skip


def named_groups() -> list[tuple[str, str]]:
    """(letter, name) of every group, in the order of the protocol."""
    return [(group.code, group.name) for group in GROUPS]


def group_or_404(letter: str) -> Group:
    """The group of this letter; Http404 in words for any other."""
    try:
        return group_named(letter)
    except ValueError:
        raise Http404("There is no such group.") from None


def outcomes_of(stored: GroupResult) -> list[Outcome]:
    """The outcomes kept with a past moment."""
    return _in_order(OutcomeThen.objects.filter(result=stored).values_list("outcome", flat=True))


def _in_order(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Reads them, by study number."""
    with outcome_store.uncollected():
        return sorted(outcomes, key=lambda outcome: by_registration(outcome["number"]))


def panel(letter: str, moment: Moment | None = None) -> GroupPanel:
    """Everything that the pages show of one group."""
    stored = moments.stored_at(letter, moment) if moment else newest_result(letter)
    return GroupPanel(letter, stored, newest_change(letter), moment)


def awaited(letter: str, moment: Moment | None) -> GroupPanel:
    """The group's panel; a past moment that is not computed yet is asked of the worker."""
    shown = panel(letter, moment)
    if moment is not None and shown.stored is None:
        ask(letter, moment)
    return shown


def every_group(moment: Moment | None, *also: QuerySet[Any, Any]) -> list[GroupPanel]:
    """The panel of every group, in the order of the protocol; also: what the page asks of the database with them."""
    if moment is not None:
        return [awaited(group.code, moment) for group in GROUPS]
    chosen = settings_by_group([group.code for group in GROUPS])
    stored = {code: newest_results(code, settings)[:1] for code, settings in chosen.items()}
    changes = {code: changes_of(code)[:1] for code in chosen}
    at_once(*stored.values(), *changes.values(), *also)
    return [GroupPanel(code, next(iter(stored[code]), None), next(iter(changes[code]), 0)) for code in chosen]


def ask(letter: str, moment: Moment) -> None:
    """Sends the task; a page that waits asks again, so that a message lost is sent anew."""
    cutoff = moment.cutoff.isoformat() if moment.cutoff else None
    messages.send("analysis.moment", letter, moment.change, cutoff)


RETRY_AFTER_SECONDS = "2"


def not_ready(request: HttpRequest, moment: Moment) -> HttpResponse:
    """The page that waits for the results of a moment and loads itself again: 202, as their files answer."""
    response = render(request, "analysis/as_of/waiting.html", {"moment": moment}, status=202)
    response["Retry-After"] = RETRY_AFTER_SECONDS
    return response


# What was read and drawn last, of this process: the same numbers make the same panel, whoever has it open.
_READ: dict[Any, dict[str, Any]] = {}
_DRAWN: dict[Any, SafeString] = {}
_MOVED: dict[Any, Entry | None] = {}
MOST_KEPT = 8
# Ten dashboards ask at once for a result that is new: one of them draws it, the others wait for that drawing.
_DRAWING = threading.RLock()
AT_ONCE_SECONDS = 60


def _latest(kept: dict[Any, Kept], what: Any, make: Callable[[], Kept]) -> Kept:
    """What is kept of these numbers, made where it is not; the oldest goes."""
    found = kept.get(what)
    if found is not None:
        return found
    with _DRAWING:
        if (found := kept.get(what)) is not None:
            return found
        found = make()
        while len(kept) >= MOST_KEPT:
            kept.pop(next(iter(kept), None), None)
        kept[what] = found
    return found


def at_a_moment(view: View) -> View:
    """Gives the view `moment` out of the address (None: now); an address that names none is answered in words."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            moment = moments.asked(request.GET)
        except moments.WrongMoment as refusal:
            return render(request, "analysis/as_of/no_data.html", {"because": str(refusal)}, status=404)
        return view(request, *args, moment=moment, **kwargs)

    return asked


def of_group(view: View) -> View:
    """Gives the view the panel of the group in the address at its moment; 404 for a letter that is no group.

    While a past moment is not computed yet, the page says so.
    """

    @at_a_moment
    @wraps(view)
    def shown(request: HttpRequest, letter: str, *args: Any, moment: Moment | None, **kwargs: Any) -> HttpResponse:
        known = awaited(group_or_404(letter).code, moment)
        if known.result is None and moment is not None:
            return not_ready(request, moment)
        return view(request, known, *args, **kwargs)

    return shown


def opened(request: HttpRequest, page: str, moment: Moment | None, kind: Kind = Kind.RESULTS) -> None:
    """Notes in the access log who opened which page or file of results."""
    audit.note(request.user, kind, f"{page}, {moment.words if moment else 'now'}")  # type: ignore[arg-type]
