"""Who may see and do what: the only door from a view to the record.

Each view states its rule with `@allows(...)`; a view without one fails `tests/test_access.py`. What a role may not
see is answered 404 (another site's participant) and what it may not do 403.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from trial import clock
from trial.models import Change, Participant, Person, Role, Site

View = Callable[..., HttpResponse]

ENTERS = (Role.COORDINATOR, Role.INVESTIGATOR)
READS_RECORD = (*ENTERS, Role.MONITOR, Role.CHAIR, Role.STATISTICIAN)
READS_TRAIL = (Role.INVESTIGATOR, Role.MONITOR, Role.CHAIR, Role.STATISTICIAN)
READS_RESULTS = (Role.CHAIR, Role.STATISTICIAN)
READS_JOURNAL = (Role.MONITOR, Role.CHAIR, Role.STATISTICIAN)  # who looked at what; of no site
DECIDES = (Role.CHAIR,)
EXCHANGES = (Role.STATISTICIAN,)  # whole-record exports and imports
# Freezing and the lock: asked for by the monitor, approved by the chair. Nobody who enters is among them.
LOCKS = (Role.MONITOR, Role.CHAIR)
ADMINISTERS = (Role.ADMINISTRATOR,)
EVERY_SITE = (Role.CHAIR, Role.STATISTICIAN)


def allows(*roles: Role) -> Callable[[View], View]:
    """States which roles may call a view; signed-out people are sent to sign in, other roles get 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if request.user.role not in roles:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.rule = frozenset(roles)  # type: ignore[attr-defined]
        return guarded

    return decorate


def public(view: View) -> View:
    """States that a view is open to people who have not signed in."""
    view.rule = "public"  # type: ignore[attr-defined]
    return view


def sites_for(person: Person) -> QuerySet[Site]:
    """Sites whose record the person may read; a monitor without assigned sites monitors all of them."""
    if sees_every_site(person):
        return Site.objects.all()
    return person.sites.all() if person.role in READS_RECORD else Site.objects.none()


def sees_every_site(person: Person) -> bool:
    """Whether no site is hidden from the person."""
    return person.role in EVERY_SITE or (person.role == Role.MONITOR and not person.sites.exists())


def changes_for(person: Person) -> QuerySet[Change]:
    """The Changes of the trail the person may read; those of no site only for those who see every site."""
    if person.role not in READS_TRAIL:
        return Change.objects.none()
    return Change.objects.all() if sees_every_site(person) else Change.objects.filter(site__in=list(sites_for(person)))


def participants_for(person: Person) -> QuerySet[Participant]:
    """Every participant the person may see."""
    return Participant.objects.filter(site__in=sites_for(person)).select_related("site")


def participant_for(person: Person, reference: str) -> Participant:
    """The participant with this study or screening number; Http404 when it is none of the person's.

    From here on days and times are those of the participant's site.
    """
    found = participants_for(person).filter(is_reference(reference)).first()
    if found is None:
        raise Http404("There is no such participant at your sites.")
    clock.stand_at(found.site)
    return found


def is_reference(reference: str) -> Q:
    """The condition on participants that this study or screening number makes."""
    if reference.startswith("S-") and reference[2:].isdigit():
        return Q(screening_number=int(reference[2:]))
    return Q(number=reference)


def reads_journal(person: Person) -> bool:
    """Whether the person reads who looked at what: only who sees every site, since the journal belongs to none."""
    return person.role in READS_JOURNAL and sees_every_site(person)


def may_enter(person: Person) -> bool:
    """Whether the role writes to the casebook."""
    return person.role in ENTERS
