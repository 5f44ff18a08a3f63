"""What the pages of results show, out of stored results; never computes an endpoint."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import JSONField
from django.db.models.expressions import RawSQL
from django.http import Http404
from django.urls import reverse

from analysis import moments, outcome_store, plots
from analysis.charts import km, waterfall
from analysis.endpoints import group_result
from analysis.models import GroupResult, OutcomeThen, ParticipantOutcome
from analysis.moments import Moment
from analysis.recompute import newest_change, newest_result, results
from trial.protocol import GROUP_NAMES, Group, analysis_settings, by_registration

Outcome = dict[str, Any]


@dataclass(frozen=True)
class GroupPanel:
    """One group as the pages show it, now (`moment` None) or then; `result` is None until it is computed."""

    letter: str
    stored: GroupResult | None
    newest_change: int
    moment: Moment | None = None

    @property
    def name(self) -> str:
        """What the group is."""
        return GROUP_NAMES[Group(self.letter)]

    @property
    def result(self) -> dict[str, Any] | None:
        """The stored answer."""
        return self.stored.result if self.stored else None

    @property
    def answer(self) -> dict[str, Any]:
        """The stored answer of a panel that has one."""
        assert self.result is not None, self.letter
        return self.result

    @property
    def change(self) -> int:
        """The newest change that the numbers stand for."""
        if self.stored is None:
            return 0
        return newest_change(self.letter, self.moment.change) if self.moment else self.stored.holds_to

    @property
    def seconds_behind(self) -> float:
        """How long after its save the newest change was computed."""
        return self.stored.seconds_behind if self.stored else 0.0

    @property
    def endpoints(self) -> Any:
        """The declarations."""
        return group_result.ENDPOINTS

    @property
    def query(self) -> str:
        """For the end of an address that stays at the same moment."""
        return self.moment.query if self.moment else ""

    @property
    def refresh(self) -> str:
        """Where the panel asks whether it is still the newest; empty for a past moment once it is there."""
        address = reverse("analysis:panel", args=[self.letter])
        if self.moment:
            return "" if self.stored else address + self.query
        return f"{address}?shown={self.change}"

    @property
    def is_behind(self) -> bool:
        """Whether the record has moved past the numbers shown."""
        return self.moment is None and self.change < self.newest_change

    @cached_property
    def outcomes(self) -> list[Outcome]:
        """Every registered participant's outcome at the moment, in order of study number."""
        if self.moment is not None:
            return outcomes_of(self.stored) if self.stored else []
        found = ParticipantOutcome.objects.filter(group=self.letter).values_list("outcome", flat=True)
        return _in_order(found)

    @cached_property
    def listings(self) -> Mapping[str, Any]:
        """Who is in each figure, and the plots that draw everybody."""
        return group_result.listings(self.letter, self.outcomes, analysis_settings.from_dict(self.answer["settings"]))

    @cached_property
    def drawn(self) -> Mapping[str, Any]:
        """What the plots of the page draw, out of the parts of the outcomes that they read: half of the bytes."""
        if self.moment is not None or "outcomes" in self.__dict__:
            return self.listings
        parts = RawSQL("outcome - %s::text[]", [list(group_result.UNDRAWN)], output_field=JSONField())
        found = ParticipantOutcome.objects.filter(group=self.letter).values_list(parts, flat=True)
        settings = analysis_settings.from_dict(self.answer["settings"])
        return group_result.listings(self.letter, _in_order(found), settings)

    @property
    def hormone_plots(self) -> list[Any]:
        """One plot per marker."""
        decrease = self.answer["settings"]["hormone_decrease_percent"]
        return plots.hormones_of(self.drawn["hormone_courses"], decrease)

    @property
    def small(self) -> dict[str, Any]:
        """The plots of the dashboard, by name; drawn when the page asks for them."""
        curve = plots.curve_of
        return {
            "accrual": plots.accrual_of(self.answer),
            "waterfall": plots.waterfall_of(self.answer, waterfall.COMPACT),
            "pfs": curve(self.answer, "progression_free_survival", km.COMPACT),
            "os": curve(self.answer, "overall_survival", km.COMPACT),
        }

    @property
    def large(self) -> dict[str, Any]:
        """The plots of the group page, by name."""
        return {
            "boundary": plots.boundary_of(self.answer, self.drawn["stage_path"], self.drawn["stage_numbers"]),
            "waterfall": plots.waterfall_of(self.answer),
            "spider": plots.spider_of(self.drawn["spider"]),
            "swimmer": plots.swimmer_of(self.drawn["swimmer"]),
            "toxicity": plots.toxicity_of(self.answer),
            "hormones": self.hormone_plots,
            "both": self._both_groups(),
            "curves": {name: plots.curve_of(self.answer, name) for name in plots.SURVIVAL_CURVES},
        }


    def _both_groups(self) -> Any:
        """Toxicity of both groups back to back; None until the other group has a result at the same moment."""
        others = [panel(each.value, self.moment) for each in Group if each.value != self.letter]
        found = sorted([self, *others], key=lambda each: each.letter)
        return plots.butterfly_of([each.answer for each in found]) if all(each.result for each in found) else None

    @property
    def settings_in_words(self) -> list[dict[str, str]]:
        """Title and value of every setting that bears on the group."""
        return [{"title": each.title, "value": analysis_settings.in_words(self.answer["settings"].get(each.name))}
                for each in analysis_settings.declarations(self.letter)]  # fmt: skip


def group_or_404(letter: str) -> Group:
    """The group of this letter; Http404 in words for any other."""
    try:
        return Group(letter)
    except ValueError:
        raise Http404("There is no such group.") from None


def newest_shown(letter: str) -> int | None:
    """The change that the newest stored result stands for, without reading the result."""
    found = results(letter).order_by("-holds_to").values_list("holds_to", flat=True).first()
    return None if found is None else int(found)


def outcomes_of(stored: GroupResult) -> list[Outcome]:
    """The outcomes kept with a past moment."""
    return _in_order(OutcomeThen.objects.filter(result=stored).values_list("outcome", flat=True))


def _in_order(found: Iterable[Outcome]) -> list[Outcome]:
    """Reads them, by study number."""
    with outcome_store.uncollected():
        return sorted(found, key=lambda each: by_registration(each["number"]))


def panel(letter: str, moment: Moment | None = None) -> GroupPanel:
    """Everything that the pages show of one group."""
    stored = moments.stored_at(letter, moment) if moment else newest_result(letter)
    return GroupPanel(letter, stored, newest_change(letter), moment)
