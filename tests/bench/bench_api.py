"""How fast the API answers: one entry, a page of 100 of the largest forms, the feed; and again with `If-None-Match`.

Beside a running product, whose database it reaches by the same settings:

    ENDPOINT_DATA=… python -m tests.bench.bench_api http://127.0.0.1:8000 [calls of each kind, at most 90]
"""

import http.client
import os
import statistics
import sys
import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trial.settings")

import django  # noqa: E402  (the settings' name comes first)

django.setup()

from trial.accounts import api_tokens  # noqa: E402
from trial.api.scopes import of_role  # noqa: E402
from trial.models import AdverseEvent, Person, Role  # noqa: E402
from trial.record.save import Save  # noqa: E402


def secret() -> str:
    """A token of a statistician for an hour of measuring."""
    adam = Person.objects.filter(role=Role.ADMINISTRATOR, is_active=True).order_by("id")[0]
    stella = Person.objects.filter(role=Role.STATISTICIAN, is_active=True).order_by("id")[0]
    scopes = [name for name, _ in of_role(stella.role)]
    token = api_tokens.make(Save(adam), stella, "benchmark", scopes, None, datetime.now(UTC).date(), "benchmark")
    return api_tokens.create_secret(Save(stella), token)


def measure(address: str, calls: int) -> None:
    """Prints milliseconds of each kind of call: median, 95th percentile."""
    event = AdverseEvent.objects.standing().order_by("id")[0].pk
    kinds = {
        "one entry": f"entries/adverse_event/{event}",
        "page of 100 adverse events": "entries/adverse_event?limit=100",
        "page of 100 laboratory results": "entries/laboratory?limit=100",
        "page of 100 measurements": "entries/lesion_readings?limit=100",
        "100 changes": "changes?limit=100",
    }
    connection = http.client.HTTPConnection(urlsplit(address).netloc)
    headers = {"Authorization": f"Bearer {secret()}"}
    for name, path in kinds.items():
        seconds, size, tag = [], 0, ""
        for turn in range(calls):
            began = time.perf_counter()
            connection.request("GET", f"/api/v1/{path}", headers=headers)
            answer = connection.getresponse()
            size, tag = len(answer.read()), answer.headers["ETag"]
            assert answer.status == 200, answer.status
            if turn >= calls // 10:  # the first ones fill the caches
                seconds.append(time.perf_counter() - began)
        at = statistics.quantiles(seconds, n=20)
        print(f"{name:32} {statistics.median(seconds) * 1000:6.1f} {at[18] * 1000:6.1f} ms, {size // 1000} kB")
        began = time.perf_counter()
        connection.request("GET", f"/api/v1/{path}", headers=headers | {"If-None-Match": tag})
        answer = connection.getresponse()
        answer.read()
        print(f"{'  unchanged':32} {(time.perf_counter() - began) * 1000:6.1f} ms, {answer.status}")


if __name__ == "__main__":
    print("load", os.getloadavg(), "on", os.cpu_count(), "cores")
    measure(sys.argv[1], min(int(sys.argv[2]) if len(sys.argv) > 2 else 90, 90))
