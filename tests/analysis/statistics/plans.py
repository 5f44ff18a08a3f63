"""Plans that the tests of two-stage inference share, written as `size:futility:efficacy`, one word a look."""

from analysis.statistics.stopping import Plan, Stage

NAMES = (
    "10",
    "43",
    "21:1 41",
    "10:3 30",
    "21:1 46",
    "15:1:8 30",
    "10:0 20:2:8 35",
    "12:1:5 24:3:8 40",
)


def plan_of(name: str) -> Plan:
    """`21:1 41` → stop after 21 at 1 or fewer, else go on to 41."""
    looks = [[int(part) if part else None for part in word.split(":")] for word in name.split()]
    padded = [(look + [None, None])[:3] for look in looks]
    return Plan(tuple(Stage(size or 0, futility, efficacy) for size, futility, efficacy in padded))
