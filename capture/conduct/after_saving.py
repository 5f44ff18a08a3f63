"""What a save on a form's own page means for the query that led there: the correction answers it."""

from django.contrib import messages
from django.http import HttpRequest

from capture.conduct import queries, query_list
from trial import changes


def answer_query(request: HttpRequest, reason: str) -> bool:
    """Answers the query named by the page (`answers_query`); False when the page came from none.

    The correction is saved by then; when the answer fails the query stays open and the page says so.
    """
    key = request.POST.get("answers_query", "")
    if not (key.isascii() and key.isdigit() and len(key) < 18):
        return False
    query = query_list.for_person(request.user).select_related("participant").filter(pk=int(key)).first()
    if query is None or not query.waits_for_site:
        return False
    try:
        queries.answer_by_correction(request.user, query, reason)
    except (queries.NotPossible, changes.RecordBusy) as said:
        messages.warning(request, f"The correction is saved; the query is still open: {said}")
    return True
