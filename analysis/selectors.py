"""What the pages of results show, out of stored results; never computes an endpoint."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Max
from django.http import Http404
from django.urls import reverse

from analysis.charts import km, waterfall
from analysis.endpoints import survival
from analysis.endpoints.settings import ENGINE, AnalysisSettings
from analysis.models import GroupResult
from trial.models import Change
from trial.protocol import GROUP_NAMES, Group


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
    waterfall: Any
    survival: Any

    @property
    def is_behind(self) -> bool:
        """Whether the record has moved past the numbers shown."""
        return self.change < self.newest_change


def group_or_404(letter: str) -> Group:
    """The group of this letter; Http404 in words for any other."""
    try:
        return Group(letter)
    except ValueError:
        raise Http404("There is no such group.") from None


def newest(letter: str) -> GroupResult | None:
    """The newest stored result of a group under the settings and engine in force."""
    settings = AnalysisSettings()
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
        waterfall=_waterfall(result) if result else None,
        survival=_survival(result) if result else None,
    )


def _waterfall(result: dict[str, Any]) -> Any:
    bars = [
        waterfall.Bar(
            number=each["number"],
            change_percent=float(each["change_percent"]),
            response=each["response"],
            url=reverse("capture:participant", args=[each["number"]]),
        )
        for each in result["waterfall"]
    ]
    return waterfall.waterfall(bars)


def _survival(result: dict[str, Any]) -> Any:
    return km.kaplan_meier_chart(survival.from_stored(result["endpoints"]["progression_free_survival"]["curve"]))
