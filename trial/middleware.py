"""Refuses views that do not state who may call them."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse


class StatedRule:
    """Every view carries a rule from `trial.access`; one without is an error, never an open door."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """`get_response` is the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Hands the request on; what is shown to signed-in people is kept out of shared and disk caches."""
        response = self.get_response(request)
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> None:
        """Raises ImproperlyConfigured for a view without a rule (Django's own views included)."""
        if not hasattr(view, "rule"):
            raise ImproperlyConfigured(
                f"{view.__module__}.{view.__name__} does not state who may call it (trial.access)."
            )
