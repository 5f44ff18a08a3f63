"""How fast a study of this size answers: save → stored by kind of entry, pages over HTTP, the whole recompute.

Beside a running product (`tests.bench.large_study` makes a large one):

    ENDPOINT_DATA=… python -m tests.bench.bench_at_size http://127.0.0.1:8000 [saves of each kind]
"""

import os
import platform
import sys
import time
import urllib.request
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trial.settings")

import django  # noqa: E402  (the settings' name comes first)

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402

from analysis.models import GroupResult  # noqa: E402
from capture.casebook.registry import ENTRY_FORMS  # noqa: E402
from capture.entry.services import assessments, entries  # noqa: E402
from trial.models import Assessment, Change, Participant, Person, Role  # noqa: E402
from trial.record.save import Save  # noqa: E402
from trial.rules.dates.partial_date import PartialDate  # noqa: E402

PAGES = (
    "dashboard/", "dashboard/newest/?A=1", "groups/A/", "groups/A/behind/counted-response_rate/", "participants/",
    "participants/?state=overdue",
)  # fmt: skip
REASON = "benchmark"


def _ones() -> list[Participant]:
    found = Participant.objects.filter(group="A", number__isnull=False, deaths__isnull=True).order_by("number")
    return list(found.exclude(assessments__isnull=True).distinct()[:200])


def _pressure(one: Participant, n: int) -> None:
    values = {"measured_on": date(2001, 1, 1) + timedelta(days=int(time.time()) % 4000 + n), "systolic_mmhg": 128,
              "systolic_mmhg_missing": "", "diastolic_mmhg": 81, "diastolic_mmhg_missing": ""}  # fmt: skip
    entries.save(Save(), one, ENTRY_FORMS["blood_pressure"], values)


def _scan(one: Participant, n: int) -> None:
    last = Assessment.objects.standing().filter(participant=one, kind="follow_up").last()
    if last is None:
        return
    readings = [
        assessments.Reading(row.lesion_id, row.state, row.longest_diameter_mm + Decimal(n % 7 + 1) / 10
                            if row.longest_diameter_mm else None, row.not_evaluated_reason, row.scanned_on)
        for row in last.readings.standing()
    ]  # fmt: skip
    assessments.save_follow_up(
        Save(reason=REASON),
        one,
        {
            "assessed_on": last.assessed_on,
            "method": last.method,
            "slice_thickness_mm": last.slice_thickness_mm,
            "marker": last.marker,
            "new_lesions": last.new_lesions,
            "new_lesion_on": last.new_lesion_on,
            "new_lesion_description": last.new_lesion_description,
        },
        readings,
        last,
    )


def _event(one: Participant, n: int) -> None:
    on = one.registered_on + timedelta(days=10)
    model = ENTRY_FORMS["adverse_event"].model
    values: dict[str, Any] = {each.name: each.get_default() for each in model._meta.concrete_fields if each.blank}
    values |= {"term": "diarrhea", "grade": 1 + n % 3, "attribution": 4, "seriousness": "no", "outcome": "recovering",
               "action_taken": "none", "present_at_baseline": False,
               "onset_on": PartialDate(on.year, on.month, on.day)}  # fmt: skip
    del values["struck_out_reason"]
    entries.save(Save(), one, ENTRY_FORMS["adverse_event"], values)


KINDS: dict[str, Callable[[Participant, int], None]] = {
    "blood pressure": _pressure, "scan corrected": _scan, "adverse event": _event,
}  # fmt: skip


def _stored_after(save: Callable[[Participant, int], None], one: Participant, n: int) -> tuple[float, float]:
    """Milliseconds of the save, and from its commit to the stored result."""
    began = time.perf_counter()
    save(one, n)
    committed = time.perf_counter()
    newest = Change.objects.filter(groups__contains=["A"]).order_by("-id").values_list("id", flat=True)[0]
    while not GroupResult.objects.filter(group="A", cutoff__isnull=True, holds_to__gte=newest).exists():
        if time.perf_counter() - committed > 60:
            raise SystemExit("No result within 60 s: is the worker running?")
        time.sleep(0.005)
    return (committed - began) * 1000, (time.perf_counter() - committed) * 1000


def _cookie() -> str:
    """A session of a study chair, made for the benchmark."""
    person = Person.objects.filter(role=Role.CHAIR).first() or Person.objects.create_person(
        "bench_chair", None, full_name="Benchmark", role=Role.CHAIR
    )
    session = SessionStore()
    session.update({SESSION_KEY: str(person.pk), BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[-1],
                    HASH_SESSION_KEY: person.get_session_auth_hash()})  # fmt: skip
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def _page(url: str, cookie: str) -> float:
    began = time.perf_counter()
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Cookie": cookie}), timeout=60) as answer:
        answer.read()
        if "sign-in" in answer.url:
            raise SystemExit("The benchmark was not signed in.")
    return (time.perf_counter() - began) * 1000


def _say(words: str, values: list[float]) -> None:
    ordered = sorted(values)
    middle, high = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
    print(f"{words}: p50 {middle:.0f} ms, p95 {high:.0f} ms", flush=True)


def main(address: str, rounds: int) -> None:
    """Prints p50 and p95 of each, and the machine."""
    people = Participant.objects.filter(number__isnull=False).count()
    print(f"{people} participants, {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    ones = _ones()
    for name, save in KINDS.items():
        took = [_stored_after(save, ones[n % len(ones)], n) for n in range(rounds)]
        _say(f"{name}: save", [each[0] for each in took])
        _say(f"{name}: save committed → stored", [each[1] for each in took])
    cookie = _cookie()
    for page in (*PAGES, f"participants/{ones[0].number}/"):
        _say(f"/{page}", [_page(f"{address}/{page}", cookie) for _ in range(max(rounds, 20))])


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), int(sys.argv[2]) if len(sys.argv) > 2 else 20)
