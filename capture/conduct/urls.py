"""Addresses of the conduct of the study; they stand before those of the casebook, whose last ones take any word."""

from django.urls import path

from capture.conduct.views import holds, queries, redactions, signatures, verification
from capture.expedited import views as expedited
from capture.trail import journal
from capture.trail import views as trail

_ONE = "participants/<str:reference>/"

urlpatterns = [
    path("queries/", queries.listing, name="queries"),
    path("queries/raise/", queries.raise_many, name="queries_raise"),
    path("queries/<int:query_id>/", queries.one, name="query"),
    path("queries/<int:query_id>/decide/", queries.decide, name="query_decide"),
    path(_ONE + "queries/new/", queries.raise_one, name="query_new"),
    path(_ONE + "signature/", signatures.signature, name="signature"),
    path("verification/", verification.again, name="verification_again"),
    path(_ONE + "verification/", verification.plan, name="verification"),
    path(_ONE + "<str:form>/<int:row_id>/verify/", verification.verify, name="verify"),
    path(_ONE + "<str:form>/<int:row_id>/freeze/", holds.freeze_form, name="freeze_form"),
    path("expedited/", expedited.overview, name="expedited"),
    path(_ONE + "adverse_event/<int:row_id>/reports/new/", expedited.new, name="expedited_report_new"),
    path(_ONE + "expedited-reports/<int:row_id>/", expedited.existing, name="expedited_report"),
    path(_ONE + "expedited-reports/<int:row_id>/strike-out/", expedited.strike_out,
         name="expedited_report_strike_out"),
    path("holds/", holds.overview, name="holds"),
    path("holds/put/", holds.put, name="hold_put"),
    path("holds/<int:hold_id>/step/", holds.step, name="hold_step"),
    path("black-outs/", redactions.listing, name="black_outs"),
    path("black-outs/<int:redaction_id>/", redactions.one, name="black_out_asked"),
    path("black-outs/<int:redaction_id>/decision/", redactions.decide, name="black_out_decision"),
    path(_ONE + "black-out/<int:change_number>/", redactions.of_reason, name="black_out_reason"),
    path(_ONE + "black-out/<int:change_number>/<int:version_id>/<slug:field>/", redactions.of_version,
         name="black_out"),
    path("trail/", trail.trail, name="trail"),
    path("trail/journal/", journal.journal, name="journal"),
    path("trail/journal/file/", journal.take_out, name="journal_file"),
    path("trail/file/", trail.take_out, name="trail_file"),
    path("trail/review/", trail.review, name="trail_review"),
    path("trail/<int:change_number>/", trail.change, name="trail_change"),
]
