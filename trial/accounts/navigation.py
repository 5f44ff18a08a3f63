"""What each role finds in the main navigation, and where it lands after signing in."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from trial.models import Person, Role
from trial.record import access

_WORK = ("My work", "capture:work")
_PARTICIPANTS = ("Participants", "capture:participants")
_QUERIES = ("Queries", "capture:queries")
_CONTROL = ("Freeze and lock", "capture:holds")
_TRAIL = ("Trail", "capture:trail")
_REGISTER = ("Register", "capture:register")
_DASHBOARD = ("Dashboard", "analysis:dashboard")
_AS_OF = ("As of", "analysis:moments")
_PROTOCOL = ("Protocol", "analysis:protocol")
_SETTINGS = ("Settings", "analysis:settings")
_EDITIONS = ("Editions", "capture:editions")
_FILES = ("Files", "capture:exchange")

NAVIGATION: dict[str, tuple[tuple[str, str], ...]] = {
    Role.COORDINATOR: (_WORK, _PARTICIPANTS, _QUERIES, _REGISTER, _PROTOCOL),
    Role.INVESTIGATOR: (_WORK, _PARTICIPANTS, _QUERIES, _REGISTER, _TRAIL, _PROTOCOL),
    Role.MONITOR: (_WORK, _PARTICIPANTS, _QUERIES, _CONTROL, _TRAIL, _PROTOCOL, _EDITIONS),
    Role.CHAIR: (_DASHBOARD, _PARTICIPANTS, _WORK, _CONTROL, _TRAIL, _AS_OF, _PROTOCOL, _EDITIONS, _SETTINGS),
    Role.STATISTICIAN: (_DASHBOARD, _PARTICIPANTS, _TRAIL, _AS_OF, _PROTOCOL, _EDITIONS, _SETTINGS, _FILES),
    Role.ADMINISTRATOR: (
        ("People", "people"), ("Sites", "sites"), ("Access rights", "access_rights"), ("Sign-ins", "sign_in_history"),
        ("Problems", "problems"), ("Status", "analysis:status"), _PROTOCOL, _EDITIONS,
    ),  # fmt: skip
}


@dataclass(frozen=True)
class Entry:
    """One link of the navigation; `is_current` when the page shown is at or below it."""

    title: str
    url: str
    is_current: bool


def entries(request: HttpRequest) -> list[Entry]:
    """The links of the person's role, in order; pages that the product does not (yet) serve are left out."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return []
    found = [(title, url) for title, name in NAVIGATION.get(request.user.role, ()) if (url := _address(name))]
    # The longest matching address wins, so that Register does not also light up Participants.
    current = max((url for _, url in found if request.path.startswith(url)), key=len, default=None)
    return [Entry(title, url, url == current) for title, url in found]


def landing(person: Person) -> str | None:
    """The address of the first page of the person's role; None when the role has no page of its own."""
    return next((url for _, name in NAVIGATION.get(person.role, ()) if (url := _address(name))), None)


def sites_in_words(person: Person) -> str:
    """Codes of the sites the person reads, e.g. "ROC, PHX"; "all sites" where the role is not bound to a site."""
    if not person.is_authenticated or person.role not in access.READS_RECORD:
        return ""
    if person.role in access.EVERY_SITE:
        return "all sites"
    codes = list(person.sites.order_by("code").values_list("code", flat=True))
    return ", ".join(codes) or ("all sites" if person.role == Role.MONITOR else "no site")


def _address(name: str) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:
        return None
