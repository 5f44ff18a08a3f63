"""What people typed and have not saved: drafts of pages as they are typed, and forms that were sent after
their session had ended.

Kept on the server for the person who typed it alone, and no part of the record. Passwords and codes are never kept.
"""

from collections.abc import Hashable, Iterable
from datetime import timedelta

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from trial.models import Draft, Person
from trial.record import save_once
from trial.record.rows import once
from trial.refused import Refused
from trial.runtime.database.at_once import Answer, Shape

LARGEST_CHARACTERS = 200_000
# Whether the form was sent → how many of a person are kept, the newest; and for how many days.
MOST = {False: 50, True: 5}
DAYS = {False: 14, True: 7}
NEVER_KEPT = {"csrfmiddlewaretoken", "code", "passkey", "kept_form", "next"}


def keep(person: Person, path: str, fields: Iterable[tuple[str, str]], *, is_sent: bool = False) -> Draft:
    """Stores what was typed; a draft replaces the one of the same page. fields: (name, text). Raises Refused."""
    kept = [[name, text.replace("\x00", "")] for name, text in fields
            if name not in NEVER_KEPT and "password" not in name]  # fmt: skip
    if not kept or len(path) > 300:
        raise Refused("There is nothing to keep.")
    if sum(len(name) + len(text) for name, text in kept) > LARGEST_CHARACTERS:
        raise Refused("The page is too large for a draft.")
    if is_sent:
        draft = Draft.objects.create(person=person, path=path, fields=kept, is_sent=True)
    else:
        draft, _ = Draft.objects.update_or_create(person=person, path=path, is_sent=False, defaults={"fields": kept})
    alike = Draft.objects.filter(person=person, is_sent=is_sent).order_by("-kept_at", "-id")
    beyond = list(alike.values_list("pk", flat=True)[MOST[is_sent] :])
    if beyond:
        alike.filter(pk__in=beyond).delete()
    return draft


def forget(person: Person, path: str) -> None:
    """The form is saved, or its draft discarded."""
    with connection.cursor() as cursor:
        # As it stands: a deletion of the ORM is a transaction of three statements, on every save.
        cursor.execute("DELETE FROM trial_draft WHERE person_id = %s AND path = %s AND NOT is_sent", [person.pk, path])


def forget_old() -> None:
    """Deletes what was kept for its days; run by the sweep."""
    for is_sent, days in DAYS.items():
        Draft.objects.filter(is_sent=is_sent, kept_at__lt=timezone.now() - timedelta(days=days)).delete()


_OF_PAGE = Shape(lambda person, path: Draft.objects.filter(person=person, path=path, is_sent=False))


def asked_for(person: Person, path: str) -> dict[Hashable, Answer]:
    """The question of `waiting`, to be asked together with others, by the name under which it finds the answer."""
    return {("draft", person.pk, path): _OF_PAGE(person.pk, path)}


def waiting(person: Person, path: str) -> Draft | None:
    """The draft of this person for this page; one whose form is on record, its answer lost, has done its duty."""
    ((name, question),) = asked_for(person, path).items()
    draft = next(iter(once(name, lambda: list(question))), None)
    if draft is not None and save_once.saved(dict(draft.fields).get(save_once.FIELD, "")):
        draft.delete()
        return None
    return draft


def sent(person_id: int | None) -> QuerySet[Draft]:
    """The forms of this person that came after the session had ended, the newest first."""
    return Draft.objects.filter(person_id=person_id, is_sent=True).order_by("-id")
