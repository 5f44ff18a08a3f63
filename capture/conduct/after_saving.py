"""What a save on a form's own page means for the query that led there: the correction answers it, in one Change."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest

from capture.conduct import queries, query_list


@contextmanager
def answering_query(request: HttpRequest, reason: str) -> Iterator[bool]:
    """The save inside answers the query named by the page (`answers_query`); False when the page came from none."""
    key = request.POST.get("answers_query", "")
    named = key.isascii() and key.isdigit() and len(key) < 18
    rows = query_list.for_person(request.user).select_related("participant")
    query = rows.filter(pk=int(key)).first() if named else None
    if query is None or not query.waits_for_site:
        yield False
        return
    with queries.answered_by_correction(request.user, query, reason):
        yield True
