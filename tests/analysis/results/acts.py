"""What people and workers may do to a study, in any order: each act goes through the services that the pages use.

An act that the protocol or a check refuses leaves the record as it was; that is an act like any other.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import IntegrityError
from hypothesis import strategies as some

from analysis.results import data_cuts, moments
from analysis.results.moments import Moment
from capture.casebook.forms import assessment, treatment
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import assessments, corrections, dosing, entries, not_done, registration
from tests.analysis.results.typed import DAY_1, Act, typed
from tests.cast import answers, details, register
from trial.models import Change, GroupSettings, Participant, Person, Reopening, Role, Site
from trial.protocol import Due
from trial.record import changes
from trial.record.save import Save
from trial.refused import Refused

KIND_OF = {"A": {"tumour_type": "metastatic_gi_carcinoid", "histology": "carcinoid"},
           "B": {"tumour_type": "insulinoma", "histology": "islet_cell"}}  # fmt: skip
SMALL = {"participants": [2, 4], "futility": [0, 1], "efficacy": [2, None]}
CHOICES: tuple[dict[str, Any], ...] = (
    {}, {"confirmation_days": 40}, {"toxicity_grade": 2}, {"hormone_decrease_percent": 30, "interval_rule": "max"},
    {"early_death_days": 90}, {"truncate_after_days": 100}, {"not_evaluated_counts": True},
    {"plan": SMALL},
    {"partial_death_reading": "latest", "stable_minimum_days": 70}, {"response_after_complete_counts": False},
)  # fmt: skip
SHARES = ("0.3", "0.5", "0.7", "0.75", "0.9", "1", "1.1", "1.25", "1.6", "0")


class Study:
    """The record under test and the people of `tests.cast` who write it."""

    @cached_property
    def nora(self) -> Person:
        """The coordinator."""
        return Person.objects.get(username="nora")

    @cached_property
    def chris(self) -> Person:
        """The chair."""
        return Person.objects.get(username="chris")

    @cached_property
    def north(self) -> Site:
        """The site."""
        return Site.objects.get(name="North")

    def one(self, act: Act) -> Participant:
        """The participant of the act."""
        found = list(Participant.objects.order_by("-screening_number"))
        return found[act.who % len(found)]

    def standing(self, act: Act) -> tuple[str, Any]:
        """The kind and the row of a standing entry of anybody; IndexError where there is none."""
        rows = [(kind, row) for kind in KINDS for row in ENTRY_FORMS[kind].model.objects.standing()]
        return rows[act.day % len(rows) if rows else 0]


def do(study: Study, act: Act) -> bool:
    """Does it; False when it was refused or there was nothing to do it to."""
    try:
        ACTS[act.what](study, act)
    except (Refused, moments.WrongMoment, IntegrityError, IndexError):
        return False
    return True


def _register(study: Study, act: Act) -> None:
    register(study.nora, study.north, **KIND_OF["AAB"[act.choice % 3]])


def _waive(study: Study, act: Act) -> None:
    """Screened with an unmet criterion, let in by the chair."""
    one = registration.screen(Save(study.nora), study.north, details(), answers(measurable=False))
    waiver = registration.request_waiver(Save(study.nora), one, "because", ["measurable"])
    registration.decide_waiver(Save(study.chris), waiver, act.choice != 0, "because")
    registration.register(Save(study.nora), one, date(2026, 1, 8))


def _correct(study: Study, act: Act) -> None:
    changed: tuple[dict[str, Any], ...] = (KIND_OF["A"], KIND_OF["B"], {"registered_on": act.on - timedelta(days=4)},
                                           {"born_on": act.partial}, {"sex": "male"})  # fmt: skip
    unmet = {"metastatic": registration.Answer(met=False)} if act.choice == 9 else None
    corrections.correct_participant(Save(study.nora, reason="error"), study.one(act), changed[act.choice % 5], unmet)


def _find(study: Study, act: Act) -> None:
    kind = ("ineligible", "cancelled", "in_error")[act.choice % 3]
    registration.record_finding(Save(study.nora), study.one(act), kind, act.on, "found")


def _baseline(study: Study, act: Act) -> None:
    one = study.one(act)
    targets = [assessment.NewLesion("liver", f"segment {n}", Decimal(20 + n)) for n in range(1 + act.choice % 3)]
    others = [assessment.NewLesion("bone", "vertebra", None)] * (act.choice % 2)
    assessments.save_baseline(
        Save(study.nora),
        one,
        {
            "assessed_on": DAY_1 - timedelta(days=act.day % 40),
            "method": "spiral_ct",
            "slice_thickness_mm": 5,
            "marker": ("not_done", "normal", "above")[act.choice % 3],
        },
        targets,
        others,
    )


def _dose(study: Study, act: Act) -> None:
    """Cycle 1 or a later one; a later one may hold or reduce. Entering it again corrects it."""
    number = 1 + act.day // 28 % 4
    later = treatment.Period(1 + 7 * (act.choice % 2), 28, (400, 0, 200)[act.choice % 3], "twice_daily",
                          "toxicity" if act.choice % 3 else "")  # fmt: skip
    periods = [treatment.Period(1, 7, 400, "twice_daily")] * (act.choice % 2) + [later]
    dosing.save_cycle(
        Save(study.nora, reason="as counted"),
        study.one(act),
        number,
        {"started_on": DAY_1 + timedelta(days=28 * (number - 1))},
        periods,
    )


def _readings(one: Participant, act: Act) -> list[assessments.Reading]:
    """Every target times a share of its baseline; 0: gone; the first one not seen at one choice."""
    found = []
    for place, lesion in enumerate(one.lesions.standing().order_by("id")):
        share, was = Decimal(SHARES[act.choice]), lesion.readings.order_by("id")[0].longest_diameter_mm
        if act.day % 7 == 3 and place == 0:
            found.append(assessments.Reading(lesion.pk, "not_evaluated", None, "not imaged"))
        elif was is None or not share:
            state = "absent" if not share else ("present", "unequivocal_progression")[act.day % 11 == 0]
            found.append(assessments.Reading(lesion.pk, state))
        else:
            found.append(assessments.Reading(lesion.pk, "measured", (was * share).quantize(Decimal("0.1"))))
    return found


def _scan(study: Study, act: Act, row: Any = None) -> None:
    one = study.one(act)
    on, new = (row.assessed_on if row else act.on), "yes" if act.day % 13 == 5 else "no"
    assessments.save_follow_up(
        Save(study.nora, reason="measured again"),
        one,
        {
            "assessed_on": on,
            "method": "spiral_ct",
            "slice_thickness_mm": 5,
            "marker": ("not_done", "normal", "above")[act.day % 3],
            "new_lesions": new,
            "new_lesion_on": on if new == "yes" else None,
            "new_lesion_description": "lung" if new == "yes" else "",
        },
        _readings(one, act),
        row,
    )


def _scans(study: Study, act: Act) -> list[Any]:
    return list(study.one(act).assessments.standing().order_by("assessed_on"))


def _scan_again(study: Study, act: Act) -> None:
    rows = [each for each in _scans(study, act) if each.kind == "follow_up"]
    _scan(study, act, rows[act.day % len(rows) if rows else 0])


def _take_scan_back(study: Study, act: Act) -> None:
    assessments.strike_out(Save(study.nora, reason="another person's"), _scans(study, act)[-1])


def _treat_locally(study: Study, act: Act) -> None:
    lesion = list(study.one(act).lesions.standing())[0]
    assessments.treat_locally(Save(study.nora, reason="embolised"), lesion, act.on if act.choice else None)


def _enter(kind: str) -> Callable[[Study, Act], None]:
    return lambda study, act: entries.save(Save(study.nora), study.one(act), ENTRY_FORMS[kind], typed(kind, act))


def _correct_entry(study: Study, act: Act) -> None:
    kind, row = study.standing(act)
    entries.save(Save(study.nora, reason="misread"), row.participant, ENTRY_FORMS[kind], typed(kind, act), row=row)


def _strike_out(study: Study, act: Act) -> None:
    kind, row = study.standing(act)
    entries.strike_out(Save(study.nora, reason="another person's"), row.participant, ENTRY_FORMS[kind], row)


def _choose(group: str, chosen: dict[str, Any]) -> None:
    with changes.record(None, "settings", "a sensitivity line", groups=(group,)):
        GroupSettings.objects.update_or_create(group=group, defaults={"chosen": chosen})


def _settle(study: Study, act: Act) -> None:
    _choose("AAB"[act.who % 3], CHOICES[act.choice])


def _reopen(study: Study, act: Act) -> None:
    """By a plan with few places, so that there is something to reopen; or taken back again."""
    standing = Reopening.objects.standing().first()
    if standing is None:
        _choose("A", {"plan": SMALL})
        registration.reopen(Save(study.chris), "A", "because")
    else:
        registration.withdraw(Save(study.chris), standing, "because")


def _without_a_group(study: Study, act: Act) -> None:
    """A query or a signature: names its participant, moves no result."""
    with changes.record(None, "query", participant=study.one(act)):
        pass


def _rename_the_site(study: Study, act: Act) -> None:
    """Names no participant and moves everybody's outcome."""
    with changes.record(None, "system", "a new code", groups=("A", "B")):
        study.north.code = f"N{act.choice}"
        study.north.save(update_fields=["code"])


def _say_not_done(study: Study, act: Act) -> None:
    due = Due("Assessment", act.on, act.on, act.on, "due")
    not_done.record_not_done(Save(study.nora), study.one(act), [due], "refused", "")


def _look_back(study: Study, act: Act) -> None:
    """A page asks for a moment: the newest, which the worker may not have seen yet, or an older one."""
    newest = Change.objects.order_by("-id")[0].id
    cutoff = act.on if act.choice % 3 == 2 else None
    for group in "AB":
        moments.compute(group, Moment(newest if act.choice % 2 else max(1, newest - act.day % 20), cutoff))


def _cut(study: Study, act: Act) -> None:
    name = f"cut {Change.objects.count()}"
    data_cuts.make(Save(Person.objects.get(role=Role.STATISTICIAN)), name, "an interim look")
    data_cuts.compute_missing()


KINDS = ("adverse_event", "hormone", "medication", "blood_pressure", "off_treatment", "follow_up", "death",
         "withdrawal", "off_study")  # fmt: skip
ACTS: dict[str, Callable[[Study, Act], None]] = {
    "register": _register, "waive": _waive, "correct": _correct, "find": _find, "baseline": _baseline, "dose": _dose,
    "scan": _scan, "scan again": _scan_again, "take scan back": _take_scan_back, "treat locally": _treat_locally,
    **{kind: _enter(kind) for kind in KINDS}, "correct entry": _correct_entry, "strike out": _strike_out,
    "settle": _settle, "reopen": _reopen, "without a group": _without_a_group, "rename the site": _rename_the_site,
    "not done": _say_not_done, "look back": _look_back, "cut": _cut,
}  # fmt: skip
# What a course is made of comes more often than what interrupts it.
OFTEN = ("baseline", "dose", "scan", "scan", "scan again", "correct", "settle", "strike out", "look back")


def acts() -> some.SearchStrategy[Act]:
    """Any act, to any of the six newest participants, on any day of a course of eight months."""
    return some.builds(Act, some.sampled_from((*OFTEN, *ACTS)), some.integers(0, 5), some.integers(0, 9),
                       some.integers(0, 240))  # fmt: skip
