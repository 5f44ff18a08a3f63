"""Tokens of the API: an administrator allows one, its owner creates the secret, either revokes it. Each is a Change.

The administrator never sees the secret, so that nobody acts in another's name.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta

from trial.accounts.administration import as_administrator
from trial.api import tokens
from trial.api.scopes import SCOPES
from trial.models import ApiSecret, ApiToken, Person, Role, Site
from trial.record import access, changes
from trial.record.save import Save
from trial.refused import Refused

LONGEST_DAYS = 366


def make(
    save: Save, person: Person, name: str, scopes: Collection[str], site: Site | None, expires_on: date, reason: str
) -> ApiToken:
    """Allows a token for the role that the person has now; site None: every site of theirs. Raises Refused."""
    changes.stop_unprintable(name)
    today = datetime.now(UTC).date()
    if not today <= expires_on <= today + timedelta(days=LONGEST_DAYS):
        raise Refused("The last day must be today or later, and at most a year from now.")
    with as_administrator(save, reason):
        owner = Person.objects.get(pk=person.pk)
        if not owner.is_active:
            raise Refused(f"The account {owner.username} is deactivated.")
        _refuse_wrong_scopes(owner, scopes, site)
        if site is not None and not access.sites_for(owner).filter(pk=site.pk).exists():
            raise Refused(f"{site.code} is not a site of {owner.full_name}.")
        listed = " ".join(each for each in SCOPES if each in scopes)
        return ApiToken.objects.create(person=owner, role=owner.role, name=name.strip(), scopes=listed, site=site,
                                       expires_on=expires_on)  # fmt: skip


def _refuse_wrong_scopes(owner: Person, scopes: Collection[str], site: Site | None) -> None:
    if not scopes:
        raise Refused("Select at least one scope.")
    for name in scopes:
        if name not in SCOPES or owner.role not in SCOPES[name].roles:
            raise Refused(f"A {owner.get_role_display().lower()} cannot have the scope {name}.")
        if SCOPES[name].is_of_all_sites and site is not None:
            raise Refused(f"The scope {name} is of all sites. Do not select a site.")


def create_secret(save: Save, token: ApiToken) -> str:
    """The secret, for its owner, who saves: returned once, and stored as a digest. Raises Refused."""
    secret = tokens.new_secret()
    with changes.record(save, "account", f"Secret of the API token “{token.name}” created by its owner"):
        current = ApiToken.objects.select_related("person").get(pk=token.pk)
        if current.person_id != save.person.pk:
            raise Refused("Only the owner of a token creates its secret.")
        if words := tokens.refusal(current):
            raise Refused(words)
        if current.starts_with:
            raise Refused("The secret of this token was shown before. Ask the administrator for a new token.")
        current.starts_with = secret[: tokens.LETTERS_SHOWN]
        current.save(update_fields=["starts_with"])
        ApiSecret.objects.create(token=current, digest=tokens.digest_of(secret))
    return secret


def revoke(save: Save, token: ApiToken, reason: str) -> ApiToken:
    """The token opens nothing from now on; by an administrator or its owner. Raises Refused."""
    with changes.record(save, "account", reason):
        by = Person.objects.get(pk=save.person.pk)
        if not (by.is_active and by.role == Role.ADMINISTRATOR) and by.pk != token.person_id:
            raise PermissionError("Only an administrator or its owner can revoke a token.")
        current = ApiToken.objects.get(pk=token.pk)
        if current.is_struck_out:
            raise Refused("This token was revoked before.")
        current.struck_out_reason = reason
        current.save(update_fields=["struck_out_reason"])
    return current
