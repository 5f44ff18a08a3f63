"""What the writers fill in: a new deviation, its correction, a visit with laboratory lines, a registration.

Every save carries a mark of its own, by which it is found on record: once, or the campaign has found something.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha1
from typing import Any

from trial import protocol
from trial.protocol import REASONS_FOR_CHANGE

PASSWORD = "a long enough password"


def secret_of(name: str) -> str:
    """The secret (hexadecimal) of a writer's authenticator, where the product demands one."""
    return sha1(name.encode()).hexdigest()


KeyOf = Callable[[str], int | None]
# Analyte, value, lower and upper limit of normal, unit.
LINES = (("HGB", "13", "12", "16", "g/dL"), ("WBC", "6", "4", "10", "10^9/L"), ("PLAT", "250", "150", "400", "10^9/L"),
         ("CREAT", "0.8", "0.5", "1.2", "mg/dL"))  # fmt: skip
LABORATORY = {"neutrophils": "3400", "platelets": "210000", "bilirubin": "0.6", "ast": "1.1", "creatinine": "0.8"}


@dataclass
class Form:
    """Where it is sent, what is typed, and its mark; `of` names the entry that is corrected."""

    kind: str
    mark: str
    place: str
    typed: dict[str, str]
    of: str = ""
    saved: Callable[[str], None] = lambda led_to: None


@dataclass
class Found:
    """What one writer knows: the participants, the deviations saved, and the visits each participant has had."""

    name: str
    references: list[str]
    deviations: dict[str, str] = field(default_factory=dict)
    visits: dict[str, int] = field(default_factory=dict)
    count: int = 0

    def mark(self) -> str:
        """A new one."""
        self.count += 1
        return f"{self.name}-{self.count:06d}"


def deviation(found: Found, chance: random.Random, key_of: KeyOf) -> Form:
    """A new entry of one row."""
    mark, reference = found.mark(), chance.choice(found.references)
    typed = {"happened_on": "20-JAN-2026", "kind": "other", "description": mark, "action": mark}
    made = Form("deviation", mark, f"/participants/{reference}/deviation/new/", typed)
    made.saved = lambda led_to: found.deviations.update({mark: reference})
    return made


def correction(found: Found, chance: random.Random, key_of: KeyOf) -> Form:
    """What was done about an earlier deviation is corrected; without one, a new deviation."""
    of = chance.choice(list(found.deviations)) if found.deviations else ""
    key = key_of(of) if of else None
    if key is None:
        return deviation(found, chance, key_of)
    mark = found.mark()
    typed = {"happened_on": "20-JAN-2026", "kind": "other", "description": of, "action": mark,
             "reason_code": REASONS_FOR_CHANGE[0][0], "reason_words": mark}  # fmt: skip
    return Form("correction", mark, f"/participants/{found.deviations[of]}/deviation/{key}/", typed, of)


def visit(found: Found, chance: random.Random, key_of: KeyOf) -> Form:
    """An entry with lines below it: all of them or none."""
    reference = chance.choice(found.references)
    cycle = found.visits.get(reference, -1) + 1
    if cycle > 90:
        return deviation(found, chance, key_of)
    found.visits[reference] = cycle
    typed = {"visited_on": "12-JAN-2026", "cycle_number": str(cycle), "weight_kg": "70", "ecog": "1",
             "systolic_mmhg": "130", "diastolic_mmhg": "80"}  # fmt: skip
    for analyte, value, low, high, unit in LINES:
        typed |= {f"lab-{analyte}-value": value, f"lab-{analyte}-unit": unit, f"lab-{analyte}-lower_limit": low,
                  f"lab-{analyte}-upper_limit": high}  # fmt: skip
    found.count += 1
    return Form("visit", f"{reference} visit {cycle}", f"/participants/{reference}/visit/new/", typed)


def registration(found: Found, chance: random.Random, key_of: KeyOf) -> Form:
    """A participant with a number and 23 answers; becomes one of the writer's own."""
    mark = found.mark()
    tumor = chance.choice(("metastatic_gi_carcinoid", "insulinoma"))
    # Never the birth of somebody who is on record: that would be asked about.
    writer, count = (int("".join(filter(str.isdigit, part))) for part in mark.split("-"))
    born = f"{date(1920, 1, 1) + timedelta(days=writer * 1450 + count):%d-%b-%Y}".upper()
    typed: dict[str, Any] = {
        "registered_on": "08-JAN-2026", "consented_on": "05-JAN-2026", "born_on": born, "sex": "female",
        "race": "white", "ethnicity": "not_hispanic", "ecog": "1", "tumour_type": tumor, "histology": "carcinoid",
        "prior_therapy": mark, "measured_on": "05-JAN-2026",
    }  # fmt: skip
    for item in protocol.ELIGIBILITY:
        typed |= {f"value_{item.code}": LABORATORY[item.code]} if item.is_laboratory else {f"met_{item.code}": "yes"}
    made = Form("registration", mark, "/participants/register/", typed)
    made.saved = lambda led_to: found.references.append(led_to.strip("/").split("/")[-1])
    return made


@dataclass(frozen=True)
class Page:
    """A kind of form and how often it is chosen."""

    form: Callable[[Found, random.Random, KeyOf], Form]
    weight: int


PAGES = {"deviation": Page(deviation, 55), "correction": Page(correction, 20), "visit": Page(visit, 15),
         "registration": Page(registration, 10)}  # fmt: skip
