"""What the pages of results show, out of stored results; never computes an endpoint."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Max
from django.http import Http404

from analysis import plots
from analysis.charts import km, waterfall
from analysis.endpoints import group_result
from analysis.models import GroupResult
from trial.evaluation.settings import ENGINE
from trial.models import Change
from trial.protocol import GROUP_NAMES, Group
from trial.settings_in_force import settings_in_force


@dataclass(frozen=True)
class GroupPanel:
    """One group as the dashboard shows it; `result` is None until the worker has computed one."""

    letter: str
    name: str
    result: dict[str, Any] | None
    change: int
    newest_change: int
    seconds_behind: float
    computed_at: Any
    endpoints: Any

    @property
    def is_behind(self) -> bool:
        """Whether the record has moved past the numbers shown."""
        return self.change < self.newest_change

    @property
    def small(self) -> dict[str, Any]:
        """The plots of the dashboard, by name; drawn when the page asks for them."""
        assert self.result is not None
        curve = plots.curve_of
        return {
            "accrual": plots.accrual_of(self.result),
            "waterfall": plots.waterfall_of(self.result, waterfall.COMPACT),
            "pfs": curve(self.result, "progression_free_survival", km.COMPACT),
            "os": curve(self.result, "overall_survival", km.COMPACT),
        }

    @property
    def large(self) -> dict[str, Any]:
        """The plots of the group page, by name."""
        assert self.result is not None
        return {
            "waterfall": plots.waterfall_of(self.result),
            "spider": plots.spider_of(self.result),
            "swimmer": plots.swimmer_of(self.result),
            "toxicity": plots.toxicity_of(self.result),
            "curves": {name: plots.curve_of(self.result, name) for name in plots.SURVIVAL_CURVES},
        }


def group_or_404(letter: str) -> Group:
    """The group of this letter; Http404 in words for any other."""
    try:
        return Group(letter)
    except ValueError:
        raise Http404("There is no such group.") from None


def newest(letter: str) -> GroupResult | None:
    """The newest stored result of a group under the settings and engine in force."""
    settings = settings_in_force(letter)
    found = GroupResult.objects.filter(group=letter, settings_version=settings.version(), engine=ENGINE)
    return found.order_by("-change").first()


def panel(letter: str) -> GroupPanel:
    """Everything the dashboard shows of one group."""
    stored = newest(letter)
    newest_change = Change.objects.filter(groups__contains=[letter]).aggregate(newest=Max("id"))["newest"] or 0
    result = stored.result if stored else None
    return GroupPanel(
        letter=letter,
        name=GROUP_NAMES[Group(letter)],
        result=result,
        change=stored.change if stored else 0,
        newest_change=newest_change,
        seconds_behind=stored.seconds_behind if stored else 0.0,
        computed_at=stored.computed_at if stored else None,
        endpoints=group_result.ENDPOINTS,
    )
