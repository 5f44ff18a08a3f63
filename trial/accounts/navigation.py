"""Main navigation of each role, and the page that a user sees first after sign-in."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from trial.models import Person, Role
from trial.record import access

_WORK = ("My work", "capture:work")
_APPROVALS = ("Approvals", "capture:work")
_PARTICIPANTS = ("Participants", "capture:participants")
_QUERIES = ("Queries", "capture:queries")
_EXPEDITED = ("Expedited reports", "capture:expedited")
_VERIFICATION = ("SDV", "capture:verification_again")
_FREEZE = ("Freeze and lock", "capture:holds")
_TRAIL = ("Audit trail", "capture:trail")
_ARCHIVE = ("Archive", "capture:archives")
_DASHBOARD = ("Dashboard", "analysis:dashboard")
_CUTS = ("Data cuts", "analysis:moments")
_SETTINGS = ("Analysis settings", "analysis:settings")
_EXCHANGE = ("Import and export", "capture:exchange")
_PROTOCOL = ("Protocol rules", "analysis:protocol")

# At most seven entries a role; the first is the page after sign-in.
NAVIGATION: dict[str, tuple[tuple[str, str], ...]] = {
    Role.COORDINATOR: (_WORK, _PARTICIPANTS, _QUERIES, _EXPEDITED, _PROTOCOL),
    Role.INVESTIGATOR: (_WORK, _PARTICIPANTS, _QUERIES, _EXPEDITED, _TRAIL, _ARCHIVE, _PROTOCOL),
    Role.MONITOR: (_WORK, _PARTICIPANTS, _QUERIES, _VERIFICATION, _FREEZE, _TRAIL, _PROTOCOL),
    Role.CHAIR: (_DASHBOARD, _APPROVALS, _PARTICIPANTS, _CUTS, _FREEZE, _TRAIL, _PROTOCOL),
    Role.STATISTICIAN: (_DASHBOARD, _CUTS, _SETTINGS, _PARTICIPANTS, _EXCHANGE, _TRAIL, _PROTOCOL),
    Role.ADMINISTRATOR: (
        ("Users", "people"), ("Sites", "sites"), ("Access rights", "access_rights"), ("Sign-in log", "sign_in_history"),
        ("Problem reports", "problems"), ("System status", "analysis:status"), _PROTOCOL,
    ),  # fmt: skip
}
# Shown as a button at the right of the navigation of those who enter.
BUTTON = ("Register participant", "capture:register")


@dataclass(frozen=True)
class Entry:
    """One link of the navigation; `is_current` when the page shown is at or below it."""

    title: str
    url: str
    is_current: bool
    is_button: bool = False

    @property
    def counts_decisions(self) -> bool:
        """Whether it leads to what its reader decides, so that the menu says how much waits."""
        return self.title == _APPROVALS[0]


def entries(request: HttpRequest) -> list[Entry]:
    """The links of the user's role in order, the button last; empty when signed out."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return []
    role = request.user.role
    offered = [(title, name, False) for title, name in NAVIGATION.get(role, ())]
    offered += [(*BUTTON, True)] if role in access.ENTERS else []
    links = [(title, url, is_button) for title, name, is_button in offered if (url := _address(name))]
    # The longest matching address wins, so that Register participant does not also mark Participants.
    current = max((url for _, url, _ in links if request.path.startswith(url)), key=len, default=None)
    return [Entry(title, url, url == current, is_button) for title, url, is_button in links]


def landing(person: Person) -> str | None:
    """URL of the first page of the user's role; None when the role has none."""
    return next((url for _, name in NAVIGATION.get(person.role, ()) if (url := _address(name))), None)


def sites_in_words(person: Person) -> str:
    """Codes of the sites the user reads, such as "ROC, PHX"; "all sites" where the role has no sites."""
    if not person.is_authenticated or person.role not in access.READS_RECORD:
        return ""
    if access.sees_every_site(person):
        return "all sites"
    return ", ".join(sorted(site.code for site in access.sites_read_by(person))) or "no site"


def _address(name: str) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:
        return None
