"""What people wait for, over HTTP, while so many save and dashboards stay open; and what the product's processes use.

Beside a running product with its demo cohort (`ENDPOINT_SECOND_FACTOR` off), from its checkout:

    ENDPOINT_DATA=… python -m tests.bench.bench_load http://127.0.0.1:8000 --users 100 --pace 10 --seconds 60

Each coordinator corrects an entry of their own: opens its form, thinks 1 to 4 s, saves, once per `--pace` seconds. A
save counts when it is acknowledged; at the end each must be found on record exactly once. CPU comes from /proc.
"""

import argparse
import asyncio
import os
import platform
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trial.settings")

import django  # noqa: E402  (the settings' name comes first)

django.setup()

from tests.bench import found_once  # noqa: E402
from tests.bench.http_client import run  # noqa: E402
from tests.bench.load import CHAIR, Run, crew, load, sign_in  # noqa: E402
from trial.runtime import addresses  # noqa: E402

PARTS = {"gunicorn": "web", " worker ": "worker", " beat ": "beat", "postgres": "postgres"}
TICKS = os.sysconf("SC_CLK_TCK")


def used(data: Path) -> dict[str, float]:
    """Part of the product → CPU seconds so far, of its processes and of those of them that have ended."""
    found = dict.fromkeys(PARTS.values(), 0.0)
    for place in Path("/proc").iterdir():
        try:
            words = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            environment = (place / "environ").read_bytes().decode(errors="replace")
            ours = f"ENDPOINT_DATA={data}\0" in environment + "\0" or f"-D {data}/" in words or _is_backend(place, data)
            part = next((part for sign, part in PARTS.items() if sign in words), None)
            if ours and part:
                times = (place / "stat").read_text().rpartition(")")[2].split()[11:15]
                found[part] += sum(map(int, times)) / TICKS
        except (OSError, ValueError):
            continue
    return found


def _is_backend(place: Path, data: Path) -> bool:
    """Whether its parent is the server of this data folder: a session of PostgreSQL names no folder."""
    parent = (place / "stat").read_text().rpartition(")")[2].split()[1]
    return f"-D {data}/" in (Path("/proc") / parent / "cmdline").read_bytes().replace(b"\0", b" ").decode()


def say(run: Run, seconds: float, cpu: dict[str, float]) -> None:
    """One line for each kind of request, then what it cost."""
    for what, times in run.seconds.items():
        ordered = sorted(times)
        middle, high = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
        print(f"{what:7s} {len(ordered):6d} p50 {middle * 1000:6.0f} ms  p95 {high * 1000:6.0f} ms  "
              f"most {ordered[-1] * 1000:6.0f} ms", flush=True)  # fmt: skip
    many = max(len(run.saved), 1)
    shares = ", ".join(f"{part} {spent / many * 1000:.0f}" for part, spent in cpu.items())
    print(f"{len(run.saved)} saved ({len(run.saved) / seconds:.1f} a second), {run.refused} told to save again, "
          f"{len(run.failed)} failed; CPU {sum(cpu.values()) / many * 1000:.0f} ms per saved form ({shares})")
    for failure in sorted(set(run.failed))[:5]:
        print(f"  {run.failed.count(failure)} × {failure}")


async def measured(args: argparse.Namespace) -> int:
    """Runs the load; returns how many acknowledged saves were not found exactly once."""
    people = await crew(args.address, args.users, args.sessions)
    watching = [await sign_in(args.address, CHAIR) for _ in range(args.dashboards)]
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    print(f"{len(people)} coordinators, {len(watching)} dashboards, every {args.pace:g} s for {args.seconds:g} s; "
          f"{machine}, load average before {os.getloadavg()[0]:.1f}", flush=True)
    data = addresses.DATA.absolute()
    before = used(data)
    done = await load(people, watching, args.pace, args.seconds)
    cpu = {part: spent - before[part] for part, spent in used(data).items()}
    say(done, args.seconds, cpu)
    wrong = await asyncio.to_thread(found_once.problems, done.saved)
    print(f"found exactly once: {len(done.saved) - len(wrong)} of {len(done.saved)}; load average "
          f"after {os.getloadavg()[0]:.1f}", *wrong[:5], sep="\n")
    return len(wrong)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("--users", type=int, default=100)
    parser.add_argument("--pace", type=float, default=10, help="seconds from one save of a person to the next")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--dashboards", type=int, default=10)
    parser.add_argument("--sessions", type=int, default=3, help="of each coordinator's account")
    sys.exit(bool(run(measured(parser.parse_args()))))
