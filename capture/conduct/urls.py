"""Addresses of the conduct of the study; they stand before those of the casebook, whose last ones take any word."""

from django.urls import path

from capture.conduct.views import queries, signatures

_ONE = "participants/<str:reference>/"

urlpatterns = [
    path("queries/", queries.listing, name="queries"),
    path("queries/raise/", queries.raise_many, name="queries_raise"),
    path("queries/<int:query_id>/", queries.one, name="query"),
    path("queries/<int:query_id>/decide/", queries.decide, name="query_decide"),
    path(_ONE + "queries/new/", queries.raise_one, name="query_new"),
    path(_ONE + "signature/", signatures.signature, name="signature"),
]
