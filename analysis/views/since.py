"""What changed since a person last looked at the dashboard, by the access log and the results stored then."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from analysis.endpoints import comparison, registry
from analysis.endpoints.comparison import Headline
from analysis.models import GroupResult
from analysis.views.panels import GroupPanel
from trial.models import JournalEntry, Person

DASHBOARD = "Dashboard"


@dataclass(frozen=True)
class Moved:
    """What moved in one group; compared: the address of the whole comparison.

    is_known: whether the numbers of that time are still stored; the comparison computes them anew where they are not.
    """

    letter: str
    headline: Headline
    compared: str
    is_known: bool = True


@dataclass(frozen=True)
class Since:
    """The last look of a person before this sign-in, and what moved in each group since."""

    look: JournalEntry
    groups: tuple[Moved, ...]


def looks(person: Person) -> QuerySet[JournalEntry]:
    """When the person opened the present dashboard before signing in this time, the newest first."""
    own = JournalEntry.objects.filter(person=person, kind=JournalEntry.Kind.RESULTS, words=f"{DASHBOARD}, now")
    return own.filter(at__lt=person.last_login)[:1] if person.last_login else own.none()


def since(looks: Iterable[JournalEntry], panels: Iterable[GroupPanel]) -> Since | None:
    """What moved since the first of these looks; None without any."""
    look = next(iter(looks), None)
    if look is None:
        return None
    stored = GroupResult.objects.filter(cutoff=None, change__lte=look.newest_change).defer("result")
    newest_then = stored.order_by("group", "-change", "-computed_at").distinct("group")
    then = {each.group: each for each in newest_then}
    return Since(look, tuple(_moved(panel, then.get(panel.letter), look.newest_change)
                             for panel in panels if panel.stored))  # fmt: skip


def _moved(panel: GroupPanel, then: GroupResult | None, change: int) -> Moved:
    asked = urlencode({"group": panel.letter, "from": change, "to": ""})
    compared = f"{reverse('analysis:compare')}?{asked}"
    if then is None:
        return Moved(panel.letter, Headline((), 0), compared, is_known=False)
    if panel.stored is not None and then.pk == panel.stored.pk:
        return Moved(panel.letter, Headline((), 0), compared)
    return Moved(panel.letter, comparison.headline(registry.arranged(then.result), panel.answer), compared)
