"""What the administrator does to accounts, sites and delegations: each act one Change with its reason."""

import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from django.db.models import F
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from trial.accounts.access_rights import access_rights
from trial.accounts.security import passkeys
from trial.models import AccessReview, Delegation, Person, Role, SingleSignOn, Site, Training
from trial.protocol import COUNTRIES
from trial.record import access, changes, versions_in_force
from trial.record.save import Save
from trial.refused import Refused
from trial.rules.dates import site_time

USERNAME = re.compile(r"[a-z][a-z0-9._-]{1,59}")
# Letters and digits that cannot be taken for one another when they are read out.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def one_time_password() -> str:
    """Twenty letters and digits in groups of four, some 96 bits; good for one signing in."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(5))


@contextmanager
def as_administrator(save: Save, reason: str, site: Site | None = None) -> Iterator[None]:
    """The Change of one act; PermissionError for anyone but an administrator in office."""
    with changes.record(save, "account", reason, site=site):
        # Read again under the lock: two administrators may be at work on each other.
        if not Person.objects.filter(pk=save.person.pk, role=Role.ADMINISTRATOR, is_active=True).exists():
            raise PermissionError("Only an administrator can change accounts.")
        yield


def add(
    save: Save, username: str, full_name: str, role: str, sites: Sequence[Site] | None, reason: str,
    mail_address: str = "",
) -> tuple[Person, str]:  # fmt: skip
    """A new account and its one-time password, which is shown once and stored as a hash only. Raises Refused.

    sites: those that are named; None: all, stated for a monitor.
    """
    if not USERNAME.fullmatch(username):
        raise Refused("A username must begin with a letter and contain only lower-case letters, digits, dots and "
                      "hyphens.")
    changes.stop_unprintable(full_name)
    password = one_time_password()
    with as_administrator(save, reason):
        if Person.objects.filter(username__iexact=username).exists():
            raise Refused(f"The username {username} already exists. Usernames are not reused.")
        _refuse_wrong_sites(role, sites)
        person = Person.objects.create_person(username, password, full_name=full_name, role=role)
        Person.objects.filter(pk=person.pk).update(
            must_change_password=True, mail_address=mail_address, all_sites=sites is None
        )
        person.sites.set(sites or ())
    person.refresh_from_db()
    return person, password


def change(
    save: Save, person: Person, full_name: str, role: str, sites: Sequence[Site] | None, reason: str,
    mail_address: str | None = None,
) -> None:  # fmt: skip
    """Name, role and sites (None: all) of an account; mail_address None: it stays. Raises Refused."""
    changes.stop_unprintable(full_name)
    with as_administrator(save, reason):
        before = Person.objects.get(pk=person.pk)
        _refuse_both_sides(before.role, role)
        _refuse_wrong_sites(role, sites)
        if before.role == Role.ADMINISTRATOR and role != Role.ADMINISTRATOR:
            _refuse_last_administrator(before)
        to = before.mail_address if mail_address is None else mail_address
        Person.objects.filter(pk=person.pk).update(
            full_name=full_name, role=role, mail_address=to, all_sites=sites is None
        )
        person.sites.set(sites or ())


def deactivate(save: Save, person: Person, reason: str) -> None:
    """Ends the account's access and every session at once; what the person did stays theirs. Raises Refused."""
    if save.person.pk == person.pk:
        raise Refused("You cannot deactivate your own account.")
    with as_administrator(save, reason):
        if person.role == Role.ADMINISTRATOR:
            _refuse_last_administrator(person)
        Person.objects.filter(pk=person.pk).update(is_active=False, session_round=F("session_round") + 1)


def reactivate(save: Save, person: Person, reason: str) -> str:
    """Gives the same person access again; returns a new one-time password."""
    password = one_time_password()
    with as_administrator(save, reason):
        Person.objects.filter(pk=person.pk).update(is_active=True)
        _give(person, password)
    return password


def give_password(save: Save, person: Person, reason: str, passkeys_go: bool = False) -> str:
    """A new one-time password in place of a forgotten one; the person's sessions end. Raises Refused.

    passkeys_go: the passkeys, which sign in without the password, are removed with it.
    """
    _refuse_own_account(save, person)
    password = one_time_password()
    with as_administrator(save, reason):
        if passkeys_go:
            passkeys.strike_out(passkeys.of(person), reason)
        _give(person, password)
    return password


def _give(person: Person, password: str) -> None:
    fresh = Person.objects.get(pk=person.pk)
    fresh.set_password(password)
    fresh.must_change_password = True
    fresh.session_round += 1
    fresh.save(update_fields=["password", "must_change_password", "session_round"])


def remove_second_factor(save: Save, person: Person, reason: str) -> None:
    """For a lost telephone: the person sets a new one up at the next sign-in; all sessions end. Raises Refused."""
    _refuse_own_account(save, person)
    with as_administrator(save, reason):
        for model in (TOTPDevice, StaticDevice):
            model.objects.filter(user=person).delete()
        passkeys.strike_out(passkeys.of(person), reason)
        Person.objects.filter(pk=person.pk).update(session_round=F("session_round") + 1)


def connect(save: Save, person: Person, address: str, reason: str) -> None:
    """The address by which the identity provider knows the person (empty: none); all sessions end. Raises Refused."""
    _refuse_own_account(save, person)
    with as_administrator(save, reason):
        if SingleSignOn.objects.standing().filter(address__iexact=address).exclude(user=person).exists():
            raise Refused("This address is connected with another user.")
        SingleSignOn.objects.standing().filter(user=person).update(struck_out_reason=reason)
        if address:
            SingleSignOn.objects.create(user=person, name="single sign-on", address=address)
        Person.objects.filter(pk=person.pk).update(session_round=F("session_round") + 1)


def save_site(
    save: Save, site: Site | None, code: str, name: str, reason: str, time_zone: str = site_time.UTC_NAME,
    country: str = "",
) -> Site:
    """A new site (site None), or another name, zone or country for one; the code of a site is for ever. Raises Refused.

    Another zone moves no instant that is on record.
    """
    changes.stop_unprintable(code, name)
    code = code.strip().upper()
    if time_zone not in site_time.names():
        raise Refused(f"“{time_zone}” is not a time zone.")
    if country and country not in dict(COUNTRIES):
        raise Refused(f"“{country}” is not the code of a country.")
    with as_administrator(save, reason, site):
        if site is not None:
            Site.objects.filter(pk=site.pk).update(name=name, time_zone=time_zone, country=country)
            return site
        if Site.objects.filter(code__iexact=code).exists():
            raise Refused(f"A site with the code {code} already exists.")
        made = Site.objects.create(code=code, name=name, time_zone=time_zone, country=country)
        versions_in_force.open_site(save.person, made)
        return made


def delegate(save: Save, person: Person, site: Site, from_on: date, to_on: date | None, reason: str) -> Delegation:
    """Lets an investigator of the site sign its casebooks from a day on. Raises Refused."""
    if to_on is not None and to_on < from_on:
        raise Refused("The last day must not be before the first day.")
    with as_administrator(save, reason, site):
        if person.role != Role.INVESTIGATOR or not person.sites.filter(pk=site.pk).exists():
            raise Refused(f"{person.full_name} is not an investigator of {site.code}. Only an investigator of the "
                          "site can sign for it.")
        return Delegation.objects.create(person=person, site=site, from_on=from_on, to_on=to_on)


def end_delegation(save: Save, delegation: Delegation, to_on: date, reason: str) -> None:
    """The last day of a delegation; what was signed before stays signed. Raises Refused."""
    if to_on < delegation.from_on:
        raise Refused("The last day must not be before the first day.")
    with as_administrator(save, reason, delegation.site):
        Delegation.objects.filter(pk=delegation.pk).update(to_on=to_on)


def _refuse_wrong_sites(role: str, sites: Sequence[Site] | None) -> None:
    if sites is None and role != Role.MONITOR:
        raise Refused("Only a monitor is given all sites. Remove “All sites”.")
    if role == Role.MONITOR and sites is not None and not sites:
        raise Refused("Select the sites of the monitor, or “All sites”.")
    if role in access.ENTERS and not sites:
        raise Refused("A coordinator or investigator needs at least one site.")
    if role not in (*access.ENTERS, Role.MONITOR) and sites:
        raise Refused("This role has no sites. Remove the sites.")


def _refuse_own_account(save: Save, person: Person) -> None:
    """A session that was left open gives nobody the password or the second factor of its administrator."""
    if save.person.pk == person.pk:
        raise Refused("You cannot reset your own account. Use My account, or ask another administrator.")


def _refuse_both_sides(before: str, after: str) -> None:
    """No account ever holds entry and lock rights, not even one after the other."""
    if (before in access.ENTERS and after in access.LOCKS) or (before in access.LOCKS and after in access.ENTERS):
        raise Refused("An account cannot change between roles that enter data and roles that lock data. Add a new "
                      "account.")


def _refuse_last_administrator(person: Person) -> None:
    others = Person.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=person.pk)
    if not others.exists():
        raise Refused("This is the last administrator. Add another administrator first.")


def record_training(
    save: Save, person: Person, what: str, trained_on: date, valid_until: date | None, reason: str
) -> Training:
    """A training for the role that the person has now. Raises Refused."""
    if trained_on > timezone.now().date():
        raise Refused("The training date must not be in the future.")
    if valid_until is not None and valid_until < trained_on:
        raise Refused("The last valid day must not be before the training date.")
    with as_administrator(save, reason):
        role = Person.objects.get(pk=person.pk).role
        return Training.objects.create(
            person=person, role=role, what=what, trained_on=trained_on, valid_until=valid_until
        )


def strike_out_training(save: Save, training: Training, reason: str) -> Training:
    """Takes a training back that was recorded by mistake; it stays readable."""
    with as_administrator(save, reason):
        training.struck_out_reason = reason
        training.save()
    return training


def review_access_rights(save: Save, day: date, words: str) -> AccessReview:
    """Signs off that the access rights of a day were looked through; raises Refused for a day to come."""
    if day > timezone.now().date():
        raise Refused("The day must not be in the future.")
    if not words.strip():
        raise Refused("Enter the result of the review.")
    with as_administrator(save, words):
        return AccessReview.objects.create(
            reviewed_by=save.person, reviewed_at=timezone.now(), rights_on=day, accounts=len(access_rights(day)),
            words=words.strip()[:600],
        )  # fmt: skip
