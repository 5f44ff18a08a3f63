"""Runs beside the product with its settings and answers questions, one JSON line each: prepare, job, behind, verify.

A process of its own, so that the campaign itself stays outside the product and a lost connection costs one question.
"""

import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trial.settings")

import django  # noqa: E402  (the path and the settings come first)

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402
from django_otp.plugins.otp_totp.models import TOTPDevice  # noqa: E402

from analysis.results.recompute import groups_behind  # noqa: E402
from tests.cast import register  # noqa: E402
from tests.faults.pages import PASSWORD, secret_of  # noqa: E402
from trial.audit import verify  # noqa: E402
from trial.models import GroupSettings, Person, Role, Site  # noqa: E402
from trial.record import changes  # noqa: E402

# Carcinoid is group A, islet cell is group B: both are written to.
TUMORS = {"A": "metastatic_gi_carcinoid", "B": "insulinoma"}


def prepare(writers: int) -> dict[str, list[str]]:
    """Sites, coordinators with a password, and one participant of each group for each; name → references."""
    for group in TUMORS:
        chosen = {"accrual_ceiling": 100_000, "suspend_at_stage_1": False}
        with changes.record(None, "settings", "room for the campaign", groups=(group,)):
            GroupSettings.objects.create(group=group, chosen=chosen)
    made = {}
    for number in range(writers):
        with changes.record(None, "system", "a site of the campaign"):
            site, _ = Site.objects.get_or_create(code=f"S{number // 5}", defaults={"name": f"Site {number // 5}"})
        name = f"writer{number:02d}"
        person = Person.objects.create_person(name, PASSWORD, full_name=name.title(), role=Role.COORDINATOR)
        person.sites.set([site])
        give_authenticator(person)
        made[name] = [register(person, site, date(2026, 1, 8), tumour_type=tumor).reference
                      for tumor in TUMORS.values()]  # fmt: skip
    return made


def give_authenticator(person: Person) -> None:
    """Where the product demands a code, of a secret that the test knows."""
    if settings.SECOND_FACTOR:
        TOTPDevice.objects.create(user=person, name="authenticator", key=secret_of(person.username), confirmed=True)


def a_whole_job() -> dict[str, str]:
    """A participant with baseline and first cycle, a coordinator, a chair and an administrator who can sign in."""
    from tests.browser.test_the_whole_job import prepared

    cast = prepared(is_computed=False)
    people = {role.value: cast.people[role] for role in (Role.COORDINATOR, Role.CHAIR, Role.ADMINISTRATOR)}
    for person in people.values():
        person.set_password(PASSWORD)
        person.mail_address = f"{person.username}@localhost"
        person.save()
        give_authenticator(person)
    return {"reference": cast.participant.reference, **{role: person.username for role, person in people.items()}}


def answer(question: str, argument: int) -> Any:
    """One question; an unknown one raises KeyError."""
    if question == "prepare":
        return prepare(argument)
    if question == "job":
        return a_whole_job()
    if question == "behind":
        return groups_behind()
    report = {"verify": verify.verify}[question](connections["default"])
    return {"changes": report.changes, "versions": report.versions, "break": report.first_break}


def main() -> None:
    """A line `question argument` in, a line of JSON out; an error is answered as {"error": …}."""
    for line in sys.stdin:
        question, argument = line.split()
        try:
            said = answer(question, int(argument))
        except Exception as error:
            said = {"error": f"{type(error).__name__}: {error}"}
        finally:
            connections.close_all()
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
