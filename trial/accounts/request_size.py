"""The size of a request is judged before it is read: what is too large is neither kept in memory nor on disk."""

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from trial.accounts.middleware import Middleware
from trial.api import problems

# Every form of the product is far smaller; a page that takes files states more by `largest_request` of its view.
LARGEST_REQUEST = 2_500_000


class SizeOfRequest(Middleware):
    """Answers 413 for what is larger than its page takes; somebody who is not signed in sends no files."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Without a length nothing is read by Django either."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isascii() and length.isdigit() and int(length) > LARGEST_REQUEST:
            largest = _largest(request.path_info) if request.user.is_authenticated else LARGEST_REQUEST
            if int(length) > largest:
                words = f"Nothing was saved: the request is larger than {largest / 1_000_000:.1f} MB."
                answer = problems.refusal(request, 413, words)
                answer.headers["Connection"] = "close"
                return answer
        return self.get_response(request)


def _largest(path: str) -> int:
    try:
        return int(getattr(resolve(path).func, "largest_request", LARGEST_REQUEST))
    except Resolver404:
        return LARGEST_REQUEST
