"""Notes who read what: taking the record out, and opening interim results. A page that refreshes itself notes nothing.

Written before anything is shown or sent: what cannot be noted is not handed over.
"""

from django.db.models import Max

from trial.models import Change, JournalEntry, Person

Kind = JournalEntry.Kind


def note(person: Person | None, kind: JournalEntry.Kind, words: str) -> JournalEntry:
    """One line with the newest Change at this moment; person None is the command line of the machine."""
    newest = Change.objects.aggregate(newest=Max("id"))["newest"] or 0
    return JournalEntry.objects.create(
        person_id=person.pk if person else None, role=person.role if person else "", kind=kind, words=words[:200],
        newest_change=newest,
    )  # fmt: skip
