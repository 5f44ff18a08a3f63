"""Saves blood pressures one after another and prints each day once its save was acknowledged; run as a process."""

import os
import sys
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trial.settings")

import django  # noqa: E402  (the path and the settings come first)

django.setup()

from capture.casebook import ENTRY_FORMS  # noqa: E402
from capture.services import entries  # noqa: E402
from tests.cast import cast_of  # noqa: E402
from trial.models import Participant, Person  # noqa: E402


def main(first: int, last: int) -> None:
    """Days numbered first to last from 1-JAN-2000; whatever is not acknowledged is not printed."""
    participant = Participant.objects.first() or cast_of().participant
    nora = Person.objects.get(username="nora")
    for number in range(first, last):
        on = date(2000, 1, 1) + timedelta(days=number)
        values = {"measured_on": on, "systolic_mmhg": 130, "systolic_mmhg_missing": "", "diastolic_mmhg": 80,
                  "diastolic_mmhg_missing": ""}  # fmt: skip
        try:
            entries.save(nora, participant, ENTRY_FORMS["blood_pressure"], values)
        except Exception as refusal:
            print(f"not saved {on}: {type(refusal).__name__}", flush=True)
            return
        print(f"saved {on}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
