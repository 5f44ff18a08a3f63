"""Addresses of the record; the last ones take any word, so they stay last.

`reference` is the study number (NET-001) or, before registration, the screening number.
"""

from django.urls import path

from capture.conduct.views import (
    form_version_approvals,
    holds,
    queries,
    redactions,
    site_quality,
    transfers,
    verification,
)
from capture.copies import signing_page
from capture.copies import views as copies
from capture.entry import drafts
from capture.entry.views import (
    assessment,
    cycle,
    entry,
    grading,
    laboratories,
    registration,
    reopening,
    several,
)
from capture.exchange import views as exchange
from capture.expedited import views as expedited
from capture.participants import views as participants
from capture.participants.work import page
from capture.trail import journal
from capture.trail import views as trail

app_name = "capture"
_ONE = "participants/<str:reference>/"

urlpatterns = [
    path("queries/", queries.listing, name="queries"),
    path("queries/raise/", queries.raise_many, name="queries_raise"),
    path("queries/<int:query_id>/", queries.one, name="query"),
    path("queries/<int:query_id>/decide/", queries.decide, name="query_decide"),
    path(_ONE + "queries/new/", queries.raise_one, name="query_new"),
    path(_ONE + "signature/", signing_page.signature, name="signature"),
    path("verification/", verification.again, name="verification_again"),
    path(_ONE + "verification/", verification.plan, name="verification"),
    path(_ONE + "<str:form>/<int:row_id>/verify/", verification.verify, name="verify"),
    path(_ONE + "<str:form>/<int:row_id>/freeze/", holds.freeze_form, name="freeze_form"),
    path("expedited/", expedited.overview, name="expedited"),
    path(_ONE + "adverse_event/<int:row_id>/reports/new/", expedited.new, name="expedited_report_new"),
    path(_ONE + "adverse_event/<int:row_id>/report.pdf", expedited.on_paper, name="safety_report"),
    path(_ONE + "expedited-reports/<int:row_id>/", expedited.existing, name="expedited_report"),
    path(_ONE + "expedited-reports/<int:row_id>/strike-out/", expedited.strike_out,
         name="expedited_report_strike_out"),
    path("transfers/", transfers.page, name="transfers"),
    path("quality/", site_quality.page, name="site_quality"),
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
    path("checks/", form_version_approvals.edit_checks, name="checks"),
    path("editions/", form_version_approvals.editions, name="editions"),
    path("editions/approve/", form_version_approvals.approve, name="edition_approve"),
    path("editions/withdraw/", form_version_approvals.withdraw, name="edition_withdraw"),
    path("terms/", grading.terms, name="terms"),
    path("proposals/judge/", grading.judge, name="judge"),
    path("work/", page.work, name="work"),
    path("laboratories/", laboratories.listing, name="laboratories"),
    path("laboratories/<int:laboratory_id>/", laboratories.one, name="laboratory"),
    path("laboratories/<int:laboratory_id>/rename/", laboratories.rename, name="laboratory_rename"),
    path("laboratories/<int:laboratory_id>/strike-out/", laboratories.strike_out_whole, name="laboratory_strike_out"),
    path("laboratories/<int:laboratory_id>/<int:row_id>/strike-out/", laboratories.strike_out,
         name="laboratory_range_strike_out"),
    path("participants/", participants.matrix, name="participants"),
    path("participants/register/", registration.register, name="register"),
    path("participants/register/counted/", registration.counted, name="counted"),
    path("groups/<str:letter>/registration/", reopening.reopening, name="reopening"),
    path("groups/<str:letter>/registration/<int:reopening_id>/withdraw/", reopening.withdraw,
         name="reopening_withdraw"),
    path("copies/", copies.archives, name="archives"),
    path("copies/blank.pdf", copies.blank, name="blank_forms"),
    path("copies/ask/", copies.ask, name="archive_ask"),
    path("copies/<slug:archive_id>/file/", copies.fetch, name="archive_file"),
    path("copies/check/", copies.check, name="copy_check"),
    path("files/", exchange.page, name="exchange"),
    path("files/out/<str:files>/", exchange.take_out, name="take_out"),
    path("files/in/", exchange.rehearse, name="rehearse"),
    path("files/in/confirm/", exchange.bring_in, name="bring_in"),
    path("files/in/<slug:job_id>/", exchange.import_job, name="import_job"),
    path("files/templates/", exchange.templates, name="import_templates"),
    path(_ONE, participants.participant, name="participant"),
    path(_ONE + "registration/", registration.correct, name="correct"),
    path(_ONE + "register/", registration.register_screened, name="register_screened"),
    path(_ONE + "waiver/", registration.request_waiver, name="waiver"),
    path(_ONE + "waivers/<int:waiver_id>/decision/", registration.decide, name="waiver_decision"),
    path(_ONE + "findings/new/", registration.finding, name="finding"),
    path(_ONE + "screen-failure/", registration.screen_failure, name="screen_failure"),
    path(_ONE + "screen-failure/<int:row_id>/strike-out/", registration.resume, name="screen_failure_strike_out"),
    path(_ONE + "copy/", copies.certified_copy, name="certified_copy"),
    path(_ONE + "history/<str:kind>/<int:row_id>/", trail.entry_history, name="history"),
    path(_ONE + "cycles/<int:number>/", cycle.cycle, name="cycle"),
    path(_ONE + "assessments/new/", assessment.new, name="assessment_new"),
    path(_ONE + "assessments/response/", assessment.response, name="response"),
    path(_ONE + "assessments/<int:assessment_id>/", assessment.existing, name="assessment"),
    path(_ONE + "assessments/<int:assessment_id>/strike-out/", assessment.strike_out, name="assessment_strike_out"),
    path(_ONE + "cycles/<int:number>/strike-out/", cycle.strike_out, name="cycle_strike_out"),
    path(_ONE + "cycles/tablets/", cycle.tablets, name="tablets"),
    path(_ONE + "lesions/<int:lesion_id>/local-treatment/", assessment.local_treatment, name="local_treatment"),
    path(_ONE + "visit/grades/", grading.grades, name="grades"),
    path(_ONE + "not-done/", participants.not_done_view, name="not_done"),
    path(_ONE + "not-done/<int:row_id>/take-back/", participants.revoke_not_done_view, name="not_done_take_back"),
    path("drafts/keep/", drafts.keep_draft, name="draft_keep"),
    path("drafts/discard/", drafts.discard_draft, name="draft_discard"),
    path("drafts/key/", drafts.draft_key, name="draft_key"),
    path(_ONE + "<str:form>/new/", entry.new, name="entry_new"),
    path(_ONE + "<str:form>/several/", several.page, name="entry_several"),
    path(_ONE + "<str:form>/<int:row_id>/", entry.existing, name="entry"),
    path(_ONE + "<str:form>/<int:row_id>/strike-out/", entry.strike_out, name="entry_strike_out"),
]
