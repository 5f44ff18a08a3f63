"""From a save to the number on an open dashboard, in Chromium, on a running product with its demo cohort.

    ENDPOINT_DATA=… python -m tests.bench.bench_save_to_visible URL [saves]

The clock starts when the save has committed and stops when the panel of the group shows that change or a later one.
"""

import os
import platform
import shutil
import sys
import time
from datetime import date, timedelta
from statistics import quantiles

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trial.settings")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

import django  # noqa: E402  (the settings' name comes first)

django.setup()

from playwright.sync_api import Page, sync_playwright  # noqa: E402

from capture.casebook.registry import ENTRY_FORMS  # noqa: E402
from capture.demo.accounts import PASSWORD  # noqa: E402
from capture.entry.services import entries  # noqa: E402
from trial.models import Change, Participant, Person  # noqa: E402
from trial.record.save import Save  # noqa: E402

SHOWN = "number => Number(document.querySelector('#group-A [data-change]')?.dataset.change) >= number"


def _dashboard(page: Page, url: str) -> None:
    page.goto(f"{url}/sign-in/")
    page.fill("input[name=username]", "chris")
    page.fill("input[type=password]", PASSWORD)
    with page.expect_navigation():
        page.press("input[type=password]", "Enter")
    page.goto(f"{url}/dashboard/")


def _save(number: int) -> int:
    """One blood pressure of a participant of group A; returns the newest change."""
    participant = Participant.objects.filter(group="A", number__isnull=False).order_by("number")[number % 40]
    person = Person.objects.get(role="coordinator", sites=participant.site)
    on = date(2001, 1, 1) + timedelta(days=number)
    values = {"measured_on": on, "systolic_mmhg": 128, "systolic_mmhg_missing": "", "diastolic_mmhg": 81,
              "diastolic_mmhg_missing": ""}  # fmt: skip
    entries.save(Save(person), participant, ENTRY_FORMS["blood_pressure"], values)
    return Change.objects.order_by("-id").values_list("id", flat=True)[0]


def main(url: str, saves: int) -> None:
    """Prints p50 and p95 in milliseconds with the machine."""
    took = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        _dashboard(page, url)
        for number in range(saves):
            change = _save(number + int(time.time()) % 5000)
            start = time.perf_counter()
            page.wait_for_function(SHOWN, arg=change, polling=20, timeout=10_000)
            took.append((time.perf_counter() - start) * 1000)
            time.sleep(0.5)
        browser.close()
    cut = quantiles(took, n=20)
    print(f"{saves} saves: save committed to visible p50 {cut[9]:.0f} ms, p95 {cut[18]:.0f} ms")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
          f"{Participant.objects.filter(number__isnull=False).count()} participants")  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), int(sys.argv[2]) if len(sys.argv) > 2 else 30)
