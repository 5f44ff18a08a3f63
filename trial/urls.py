"""Every address of the product."""

from django.urls import include, path

from trial.accounts.views import (
    api_tokens,
    first_day,
    idle_lock,
    own_account,
    passkeys,
    people,
    sign_in,
    single_sign_on,
)
from trial.accounts.views.trouble import server_error
from trial.api import assembly
from trial.operations import problems

handler500 = server_error
urlpatterns = [
    path("", sign_in.home, name="home"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("status/live", sign_in.live, name="live"),
    path("start/", first_day.start, name="start"),
    path("account/", own_account.account, name="account"),
    path("account/password/", own_account.change_password, name="change_password"),
    path("account/mail/", own_account.mail_address, name="mail_address"),
    path("account/second-factor/", own_account.second_factor_set_up, name="second_factor_set_up"),
    path("account/recovery-codes/", own_account.new_recovery_codes, name="new_recovery_codes"),
    path("account/sign-out-everywhere/", own_account.sign_out_everywhere, name="sign_out_everywhere"),
    path("account/kept/<int:kept_id>/", own_account.kept_form, name="kept_form"),
    path("account/passkeys/add/", passkeys.add, name="passkey_add"),
    path("account/passkeys/asked/", passkeys.to_add, name="passkey_to_add"),
    path("account/passkeys/<int:passkey_id>/remove/", passkeys.remove, name="passkey_remove"),
    path("account/tokens/<int:token_id>/secret/", api_tokens.secret, name="api_token_secret"),
    path("account/api/", api_tokens.documentation, name="api_documentation"),
    path("sign-in/passkey/", passkeys.asked, name="passkey_asked"),
    path("sign-in/single/", single_sign_on.ask, name="single_sign_on"),
    path("sign-in/single/answer/", single_sign_on.answer, name="single_sign_on_answer"),
    path("sign-in/code/", own_account.second_factor_code, name="second_factor"),
    path("pause/active/", idle_lock.active, name="active"),
    path("pause/lock/", idle_lock.lock, name="lock"),
    path("pause/", idle_lock.unlock, name="unlock"),
    path("people/", people.people, name="people"),
    path("people/add/", people.add, name="person_add"),
    path("people/rights/", people.rights, name="access_rights"),
    path("people/sign-ins/", people.sign_in_history, name="sign_in_history"),
    path("people/<int:person_id>/", people.person, name="person"),
    path("people/<int:person_id>/change/", people.change, name="person_change"),
    path("people/<int:person_id>/delegate/", people.delegate, name="delegate"),
    path("people/<int:person_id>/single-sign-on/", single_sign_on.connect, name="single_sign_on_connect"),
    path("people/<int:person_id>/training/", people.record, name="training"),
    path("people/<int:person_id>/tokens/add/", api_tokens.add, name="api_token_add"),
    path("people/<int:person_id>/<slug:act_name>/", people.act, name="person_act"),
    path("tokens/", api_tokens.listing, name="api_tokens"),
    path("tokens/<int:token_id>/revoke/", api_tokens.revoke, name="api_token_revoke"),
    path("trainings/<int:training_id>/strike-out/", people.strike_out, name="training_strike_out"),
    path("delegations/<int:delegation_id>/end/", people.end_delegation, name="end_delegation"),
    path("problems/", problems.listing, name="problems"),
    path("problems/new/", problems.report, name="problem_new"),
    path("problems/<int:problem_id>/review/", problems.review, name="problem_review"),
    path("sites/", people.sites, name="sites"),
    path("sites/add/", people.add_site, name="site_add"),
    path("sites/<int:site_id>/", people.rename_site, name="site_rename"),
    path("api/v1/", include(assembly.urls())),
    path("", include("capture.urls")),
    path("", include("analysis.urls")),
]
