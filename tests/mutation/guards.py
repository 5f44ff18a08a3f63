"""Guards to break, one at a time: where each stands, how it is broken, and the tests that must notice."""

from typing import NamedTuple


class Guard(NamedTuple):
    """file: of the program. text: what stands there once. broken: what stands in its place. tests: of pytest."""

    file: str
    text: str
    broken: str
    tests: tuple[str, ...]


ACCESS = ("tests/security/test_guards.py", "tests/trial/accounts/test_administration.py")
PROOF = ("tests/trial/accounts/security/test_proof.py",)
SINGLE = "trial/accounts/security/single_sign_on.py"
PROVIDER = ("tests/trial/accounts/security/test_single_sign_on.py",)
CALLS = ("tests/trial/api/test_every_call.py",)
GUARDS = (
    Guard("capture/conduct/redactions.py", "pk=source.change, participant=participant", "pk=source.change", ACCESS),
    Guard("trial/accounts/security/proof.py", "if needs_code(request) else None", "if False else None", PROOF),
    Guard("capture/entry/views/registration.py", 'if request.method == "POST" and not may_enter:',
          "if False:", ACCESS),
    Guard("capture/conduct/views/queries.py", 'people = access.participants_for(request.user)',
          'people = __import__("trial.models").models.Participant.objects', ACCESS),
    Guard("trial/accounts/middleware.py", "drafts.sent(request.user.pk).filter(pk=int(kept)).delete()",
          "__import__('trial.models').models.Draft.objects.filter(pk=int(kept)).delete()", ACCESS),
    Guard("trial/accounts/middleware.py", '"private, no-store"', '"private"', ACCESS),
    Guard("trial/settings.py", '"script-src": [SELF]', '"script-src": [SELF, "\'unsafe-inline\'"]', ACCESS),
    Guard("trial/audit/verify.py", "at < previous_at", "False", ACCESS),
    Guard("trial/record/access.py", " or not person.sites.filter(pk=site.pk).exists():", ":", ACCESS),
    Guard("trial/record/access.py", "and person.all_sites)", "and not person.sites.exists())", ACCESS),
    Guard("trial/record/access.py", "Participant.objects.filter(site__in=sites_for(person))",
          "Participant.objects.all()", ("tests/test_access.py",)),
    Guard("trial/accounts/security/session.py", "    if is_locked(request):\n        return",
          "    if False:\n        return", PROOF),
    Guard("trial/accounts/middleware.py", "if step in (None, request.resolver_match.view_name)",
          'if step in (None, request.resolver_match.view_name) or view.__name__ == "change_password"', PROOF),
    Guard("trial/accounts/views/own_account.py", "is None and not second_factor.is_proved(request)",
          "is None and False", PROOF),
    Guard("trial/accounts/security/proof.py", "user_login_failed.send(", "(lambda **_: None)(", PROOF),
    Guard("trial/accounts/forms.py", "and not self._knows_the_old_one(given)", "and False", PROOF),
    Guard("trial/accounts/administration.py", "    _refuse_own_account(save, person)\n    password", "    password",
          PROOF),
    Guard("capture/entry/edit_conflict.py", "not constant_time_compare(signed, _signed(number))", "False",
          ("tests/capture/entry/test_opened_on_another_state.py",)),
    Guard("trial/accounts/security/sign_ins.py", "text = told[-proxies]", "text = told[0]",
          ("tests/trial/accounts/security/test_passwords.py",)),
    Guard("trial/accounts/security/sign_ins.py", "< ADDRESS_LIMIT:", "< 10**9:",
          ("tests/trial/accounts/security/test_passwords.py",)),
    Guard("trial/accounts/middleware.py", "next(filter(None, map(unreadable, self.texts(request))), \"\")", '""',
          ("tests/security/test_every_url.py",)),
    Guard(SINGLE, 'constant_time_compare(str(claims["nonce"]), asked["nonce"])', "True", PROVIDER),
    Guard(SINGLE, 'asked["at"] - LEEWAY_SECONDS <= signed_in_at <=', "signed_in_at <=", PROVIDER),
    Guard(SINGLE, 'claims.get("email_verified") is not True or', "", PROVIDER),
    Guard(SINGLE, 'constant_time_compare(given.get("state", ""), asked["state"])', "True", PROVIDER),
    Guard("trial/accounts/security/proof.py", "found.device.user_id != whose.pk", "False", PROVIDER),
    Guard("trial/accounts/security/proof.py", "device = confirmed[0] if confirmed[1] else None",
          "device = confirmed[0]", PROVIDER),
    Guard("trial/api/assembly.py", "        caller.stop_without(", "        (lambda _: None)(", CALLS),
    Guard("trial/api/tokens.py", "only_site = token.site_id", "only_site = None", CALLS),
    Guard("trial/api/tokens.py", "if token.person.role != token.role:", "if False:", CALLS),
    Guard("trial/api/use.py", "if SCOPES[scope].is_noted:", "if False:", ("tests/capture/api/test_record.py",)),
    Guard("trial/api/use.py", "if etag(encoded(body)) not in tags:", "if False:",
          ("tests/capture/api/test_queries.py",)),
    Guard("trial/accounts/api_tokens.py", "if current.person_id != save.person.pk:", "if False:",
          ("tests/trial/api/test_tokens.py",)),
)  # fmt: skip
