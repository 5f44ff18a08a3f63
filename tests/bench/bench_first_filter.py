"""How long the first status filter of the matrix takes in a process that has just started, and the ones after it.

Beside a product that was started a moment ago (`tests.bench.large_study` makes a large one):

    ENDPOINT_DATA=… python -m tests.bench.bench_first_filter http://127.0.0.1:8000 [seconds to wait first]
"""

import re
import sys
import time
import urllib.request

from tests.bench.bench_at_size import _cookie, _page

FILTER = "participants/?state=overdue"


def _found(url: str, cookie: str) -> str:
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Cookie": cookie}), timeout=60) as answer:
        page = answer.read().decode()
    number = re.search(r'<h1>Participants <span class="muted">([^<]*)', page)
    waits = "still being calculated" in page
    return f"{number[1] if number else '?'} found{', more being derived' if waits else ''}"


def main(address: str, wait: float) -> None:
    """Prints the time of each question in order, and what it found."""
    cookie = _cookie()
    time.sleep(wait)
    print(f"/participants/: {_page(f'{address}/participants/', cookie):.0f} ms")
    for question in range(1, 9):
        took = _page(f"{address}/{FILTER}", cookie)
        print(f"question {question}: {took:.0f} ms; {_found(f'{address}/{FILTER}', cookie)}", flush=True)
        time.sleep(0.5)


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), float(sys.argv[2]) if len(sys.argv) > 2 else 0)
