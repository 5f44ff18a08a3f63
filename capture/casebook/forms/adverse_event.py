"""The forms of the second half of the casebook: which fields, in which order, in which words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.urls import reverse_lazy

from capture.casebook import checks as entry
from capture.casebook.checks import (
    CTCAE,
    DOES_NOT_APPLY,
    HARD,
    ONLY_PAST,
    ORDER,
    PLAUSIBLE,
    SOFT,
    Check,
    Facts,
    after_death_check,
    surely_before,
)
from capture.casebook.due import Rule
from capture.casebook.fields import WordsField, ask_which, offset_of, on_the_wall, say_whose
from capture.casebook.forms.base import PARTIAL, EntryForm, Form
from trial import models
from trial.drawing.form_layout import Block, Boxes, PageHelper
from trial.models import AdverseEvent
from trial.protocol import Edition, ctcae_v3, form_versions
from trial.protocol.ctcae_v3.term_search import search
from trial.record import site_clock
from trial.record.in_force import Criteria, criteria_of, criteria_of_matches, table_in_force
from trial.record.typed_fields import words
from trial.refused import Refused
from trial.rules.dates import site_time
from trial.rules.safety.expedited_reports import RELATED_FROM, EventAsKnown, aware_at, demanded


def unknown_term(facts: Facts) -> bool:
    """The term, or its select, is not in the dictionary."""
    try:
        term = ctcae_v3.term(facts["term"])
    except KeyError:
        return True
    selects = {each.code for each in term.selects}
    return facts["select"] not in selects if selects else bool(facts["select"])


def grade_does_not_exist(facts: Facts) -> bool:
    """The term has no such grade."""
    if facts["grade"] is None or unknown_term(facts):
        return False
    return facts["grade"] not in ctcae_v3.grades_of(facts["term"], facts["select"])


def other_unspecified(facts: Facts) -> bool:
    """An “other” term without words."""
    return not unknown_term(facts) and ctcae_v3.is_other(facts["term"]) and not facts["other_words"].strip()


def episodes_out_of_order(facts: Facts) -> bool:
    """A further episode begins before the event it continues, whichever of the two is typed."""
    first, typed = facts["continues"], facts["corrected"]
    later = [each for each in facts["others"] if typed is not None and each.continues_id == typed.pk]
    return (first is not None and surely_before(facts["onset_on"], first.onset_on)) or any(
        surely_before(each.onset_on, facts["onset_on"]) for each in later
    )


def entered_before(facts: Facts) -> bool:
    """Another event of the same term, grade and onset."""
    names = ("term", "select", "grade", "onset_on")
    words = facts["other_words"].strip().lower()
    return any(
        all(getattr(each, name) == facts[name] for name in names) and each.other_words.strip().lower() == words
        for each in facts["others"]
    )


NAMES = ("aware_on", "aware_time", "aware_offset")
# From this grade on a page asks of a related event whether it was expected, serious or not.
REPORTED_FROM_GRADE = 3


def _may_be_reported(found: Mapping[str, Any]) -> bool:
    """Whether the rules in force ask for a report of these answers while treatment goes on.

    They are read where they are likely to: of an unexpected event, and of grade 4 or 5.
    """
    grade, expectedness = found.get("grade") or 0, found.get("expectedness")
    is_likely = bool(grade) and (expectedness == "unexpected" or (expectedness == "expected" and grade >= 4))
    if not is_likely or grade_does_not_exist({"term": "", "select": "", **found}):
        return False
    related = (found.get("attribution") or RELATED_FROM) >= RELATED_FROM
    known = EventAsKnown(grade, expectedness == "expected", found.get("hospital_stay") == "yes", related, (0, 0))
    return demanded(known, table_in_force().rules).rule is not None


class AwarenessFields(forms.ModelForm):
    """The day, the time, and, where the clock of the site showed that time twice, which of the two it was.

    A correction that leaves all three as they are shown leaves them as they are on record.
    """

    offset_from_file = False  # the page asks only where there are two; a file may state it for any row

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.instance if self.instance.pk else None
        self.where = site_clock.zone_of(row.participant.site) if row is not None else site_clock.zone()
        self.fields["aware_offset"] = WordsField(
            label=self.fields["aware_offset"].label, required=False, max_length=12, widget=forms.HiddenInput
        )
        say_whose(self.fields["aware_time"], self.where)
        if row is not None:
            self.initial.update(zip(NAMES, _as_shown(row, self.where), strict=True))
        else:
            self.initial = {"aware_on": None, "aware_time": None, **self.initial, "aware_offset": ""}
        self._ask_which(self.initial["aware_on"], self.initial["aware_time"])

    def _ask_which(self, on: date | None, at: time | None) -> None:
        ask_which(self.fields["aware_offset"], on, at, self.where)

    def clean(self) -> dict[str, Any]:
        """The instant that day and time mean at the site; a time that was never shown, or twice, is refused."""
        found = super().clean() or self.cleaned_data
        if not set(NAMES) & set(self.errors):
            self._ask_which(found["aware_on"], found["aware_time"])
            self._settle(found)
        return found

    def _settle(self, found: dict[str, Any]) -> None:
        given = found["aware_offset"].strip()
        shown = tuple(self.initial[name] for name in NAMES)
        if self.instance.pk and (found["aware_on"], found["aware_time"], given) == shown:
            found.update({name: getattr(self.instance, name) for name in NAMES})
        elif found["aware_on"] is None:
            found["aware_offset"] = site_time.UTC_NAME  # there is nothing that it could be the offset of
        else:
            found["aware_offset"] = self._offset(found["aware_on"], found["aware_time"], given)

    def _offset(self, on: date, at: time | None, given: str) -> str:
        try:
            if given and self.offset_from_file:
                return site_time.stored(site_time.from_stored(given))
            return site_time.stored(offset_of(on, at, self.where, given))
        except Refused as refusal:
            stated = given and self.offset_from_file
            self.add_error("aware_offset" if stated else "aware_time", str(refusal))
            return ""


def _as_shown(row: AdverseEvent, where: ZoneInfo) -> tuple[date | None, time | None, str]:
    """A day without a time stays that day; else the instant on record by the clock of the site."""
    at = aware_at(row.aware_on, row.aware_time, row.aware_offset)
    return on_the_wall(at, where) if at is not None and row.aware_time is not None else (row.aware_on, None, "")


@dataclass(frozen=True)
class FoundTerm:
    """A term to choose, and what its grades mean."""

    words: str
    criteria: Criteria | None


class TermSearch(forms.Form):
    """The words that a term is looked up by and, where they mean several without scripts, the terms to choose from.

    found: `term/select` of each, and the term.
    """

    helper = PageHelper(Boxes("term_typed"))

    term_typed = words("Term", 120, **{
        "type": "search", "role": "combobox", "aria-expanded": "false", "aria-controls": "terms",
        "aria-autocomplete": "list", "data-terms-url": reverse_lazy("capture:terms"),
        "placeholder": "Type a few letters: hand-foot, diarrhea, ALT …",
    })  # fmt: skip
    term_typed.beside = ctcae_v3.EDITION  # type: ignore[attr-defined]
    term_typed.stands_for = "term"  # type: ignore[attr-defined]
    term_chosen = forms.ChoiceField(
        label="CTCAE term", required=False, widget=forms.RadioSelect(attrs={"class": "form-check-input"})
    )

    def __init__(self, typed: str, found: Sequence[tuple[str, FoundTerm]], is_new: bool) -> None:
        super().__init__(initial={"term_typed": typed})
        self.fields["term_typed"].widget.attrs["autofocus"] = is_new and not typed
        self.fields["term_chosen"].choices = found  # type: ignore[attr-defined]


class AdverseEventForm(AwarenessFields, EntryForm):
    """An adverse event by CTCAE 3.0; term and select are found by search."""

    helper = PageHelper(Block("capture/casebook/term_search.html"), Boxes(css_class="entry-fields"))
    help = {
        "term": ("Enter the diagnosis or symptom; the list shows matching CTCAE 3.0 terms.", "doses"),
        "select": ("The organ or kind that this term asks for.", "doses"),
        "other_words": ("Only for the terms “other, specify”: what it is.", ""),
        "grade": ("Worst grade of this episode by CTCAE 3.0. When the grade changes, enter a new episode.", "doses"),
        "attribution": ("To the study drug. Possible, probable and definite count as related.", "endpoints"),
        "onset_on": ("The day this grade began; day or month may be unknown.", "endpoints"),
        "resolved_on": ("The day it ended or changed its grade; empty while it goes on.", ""),
        "present_at_baseline": ("There before the first dose: it does not count as toxicity.", "endpoints"),
        "seriousness": ("The worst consequence that applies; it decides about an expedited report.", "expedited"),
        "expectedness": ("Expected: the kind and grade stand in the investigator's brochure.", "expedited"),
        "hospital_stay": ("Admitted, or kept longer, for 24 hours or more.", "expedited"),
        "aware_on": (
            "The day the site first knew of the event at this grade; the report is due from then. If the grade "
            "rose, enter a new episode.", "expedited"),
        "aware_time": (
            "Hour and minute by the clock of the site; without it the clock of the report runs from midnight "
            "there.", "expedited"),
        "aware_offset": ("When the clock is put back it shows an hour twice: say which one it was.", ""),
        "action_taken": ("What was done with the study drug because of the event.", "doses"),
        "outcome": ("As it stands today; correct it when it changes.", ""),
        "cycle_number": ("The cycle in which it began.", ""),
    }

    class Meta(EntryForm.Meta):
        model = models.AdverseEvent
        help_texts = {"onset_on": PARTIAL, "resolved_on": "empty while it goes on",
                      "expectedness": "if serious, or of grade 2 or more and related",
                      "hospital_stay": "or a longer stay than planned",
                      "aware_on": "of the event at this grade: the clock of the report starts here",
                      "aware_time": "without a time the day counts from its beginning"}  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("term", "select"):
            self.fields[name].widget = forms.HiddenInput()
        self.fields["term"].required = False
        self.term_choices: list[tuple[str, FoundTerm]] = []

    def _term(self) -> tuple[str, str]:
        given = self.cleaned_data if getattr(self, "cleaned_data", {}).get("term") else self.data
        given = given if self.is_bound else self.initial
        return str(given.get("term") or ""), str(given.get("select") or "")

    @property
    def criteria(self) -> Criteria | None:
        """What the grades of the chosen term mean; None while no term is chosen."""
        return criteria_of(*self._term())

    @property
    def term_search(self) -> TermSearch:
        """The search for the term, with what was typed or is on record."""
        return TermSearch(self.term_words, self.term_choices, self.instance.pk is None)

    @property
    def term_words(self) -> str:
        """What stands in the search box: the words typed, or those of the term on record."""
        if self.is_bound and self.data.get("term_typed"):
            return str(self.data["term_typed"])[:120]
        code, select = self._term()
        found = [each for each in ctcae_v3.reportable()
                 if each.term.code == code and (each.select.code if each.select else "") == select]  # fmt: skip
        return found[0].words if found else ""

    def clean(self) -> dict[str, Any]:
        """The hidden term; without scripts the choice made, or the one term that the typed words mean."""
        found = self._with_its_term(super().clean())
        if not self.offset_from_file and not hasattr(self.fields["expectedness"], "not_asked") and (
            found.get("seriousness") == "no" and (found.get("grade") or 0) >= REPORTED_FROM_GRADE
            and (found.get("attribution") or RELATED_FROM) >= RELATED_FROM and not found.get("expectedness")
        ):  # fmt: skip
            self.add_error("expectedness", "Choose Expected, Unexpected or Pending: a related event of grade 3 or more "
                                           "may need an expedited report.")  # fmt: skip
        if not self.offset_from_file and not hasattr(self.fields["aware_on"], "not_asked") and (
            found.get("seriousness") == "no" and not found.get("aware_on") and _may_be_reported(found)
        ):  # fmt: skip
            self.add_error("aware_on", "Enter the date on which the site became aware: the event may need an expedited "
                                       "report, which is due from then.")  # fmt: skip
        return found

    def _with_its_term(self, found: dict[str, Any]) -> dict[str, Any]:
        if found.get("term"):
            return found
        chosen = str(self.data.get("term_chosen", ""))
        if "/" in chosen:
            found["term"], _, found["select"] = chosen.partition("/")
            return found
        matches = search(str(self.data.get("term_typed", ""))[:80])
        exact = [each for each in matches if each.words.lower() == self.term_words.strip().lower()]
        one = exact or matches
        if len(one) == 1:
            found["term"], found["select"] = one[0].term.code, one[0].select.code if one[0].select else ""
            return found
        self.term_choices = [
            (f"{each.term.code}/{each.select.code if each.select else ''}", FoundTerm(each.words, criteria))
            for each, criteria in criteria_of_matches(matches)
        ]  # fmt: skip
        chosen = "Choose one of these CTCAE terms." if matches else "Type a CTCAE term and choose it from the list."
        self.add_error("term", chosen)
        return found


EVENT_CHECKS = (
    Check("AE-01", "Choose a CTCAE term from the list, with its site or type where the term has one.", CTCAE, HARD,
          unknown_term, "term"),
    Check("AE-02", "The grade must be one that CTCAE 3.0 defines for this term.",
          CTCAE, HARD, grade_does_not_exist, "grade"),
    Check("AE-03", "The resolution date must not be before the onset date.", ORDER, HARD,
          lambda facts: entry.surely_before(facts["resolved_on"], facts["onset_on"]), "resolved_on"),
    Check("AE-04", "Grade 5 needs the outcome “Fatal”, and “Fatal” needs grade 5.",
          CTCAE, HARD, lambda facts: (facts["grade"] == 5) != (facts["outcome"] == "fatal"), "outcome"),
    Check("AE-05", "The event is fatal, and no death is entered.", "Grade 5 and the death form agree.", SOFT,
          lambda facts: facts["grade"] == 5 and facts["died_on"] is None, "grade"),
    after_death_check("AE-06", "The onset date must not be after the date of death.", "onset_on"),
    after_death_check("AE-19", "The resolution date must not be after the date of death.", "resolved_on"),
    Check("AE-07", "An “other” term must be specified.", CTCAE, HARD, other_unspecified, "other_words"),
    Check("AE-09", "A serious adverse event must be marked expected, unexpected or pending.",
          "Expedited reporting.", HARD,
          lambda facts: facts["seriousness"] != "no" and not facts["expectedness"], "expectedness"),
    Check("AE-10", "A grade 4 or 5 event is marked not serious.", PLAUSIBLE, SOFT,
          lambda facts: (facts["grade"] or 0) >= 4 and facts["seriousness"] == "no", "seriousness"),
    Check("AE-11", "A new episode must not begin before the event that it continues.", ORDER, HARD,
          episodes_out_of_order, "onset_on"),
    Check("AE-20", "An event of the same term, grade and onset is entered.", PLAUSIBLE, SOFT, entered_before, "term"),
    Check("AE-12", "The outcome is “Recovered”, with or without sequelae, and the resolution date is missing.",
          PLAUSIBLE, SOFT,
          lambda facts: facts["outcome"] in ("recovered", "sequelae") and facts["resolved_on"] is None, "resolved_on"),
)  # fmt: skip


def words_of_no_other(facts: Facts) -> bool:
    """Words for an “other” event beside a term that says what it is."""
    return bool(facts["other_words"].strip()) and not unknown_term(facts) and not ctcae_v3.is_other(facts["term"])


ABSENT_ADVERSE_EVENT = (
    Check("NA-06", "The “other” description must be empty for this term.", DOES_NOT_APPLY, HARD,
          words_of_no_other, "other_words"),
    Check("NA-07", "The outcome is “Recovering” or “Not recovered”, and a resolution date is entered.",
          DOES_NOT_APPLY, SOFT,
          lambda facts: facts["outcome"] in ("not_recovered", "recovering") and facts["resolved_on"] is not None,
          "resolved_on"),
)  # fmt: skip


EXPEDITED = "Expedited reporting [to be confirmed by the sponsor]."


def aware_in_the_future(facts: Facts) -> bool:
    """The site became aware later than now; without a time the day decides."""
    known_at = aware_at(facts["aware_on"], facts["aware_time"], facts["aware_offset"])
    return known_at is not None and known_at > facts["now"]


def graver_without_a_new_clock(facts: Facts) -> bool:
    """A correction raises the grade of an event with a clock, and leaves the moment at which the site knew of it."""
    before = facts["corrected"]
    if before is None or before.grade is None or facts["grade"] is None or facts["aware_on"] is None:
        return False
    names = ("aware_on", "aware_time", "aware_offset")
    return all(getattr(before, name) == facts[name] for name in names) and facts["grade"] > before.grade


AWARENESS = (
    Check("AE-13", "A serious adverse event needs the date on which the site became aware of it.",
          EXPEDITED, HARD, lambda facts: facts["seriousness"] != "no" and facts["aware_on"] is None, "aware_on"),
    Check("AE-14", "The awareness date must not be before the onset date.", ORDER, HARD,
          lambda facts: surely_before(facts["aware_on"], facts["onset_on"]), "aware_on"),
    Check("AE-15", "The awareness date and time must not be in the future.", ONLY_PAST, HARD,
          aware_in_the_future, "aware_time"),
    Check("AE-16", "An awareness time needs an awareness date.", EXPEDITED, HARD,
          lambda facts: facts["aware_time"] is not None and facts["aware_on"] is None, "aware_on"),
    Check("AE-17", "The hospital stay was 24 hours or more, and the event is marked not serious.", PLAUSIBLE, SOFT,
          lambda facts: facts["hospital_stay"] == "yes" and facts["seriousness"] == "no", "seriousness"),
    Check("AE-18", "The grade was increased, but the awareness date and time were not changed.", EXPEDITED, SOFT,
          graver_without_a_new_clock, "aware_on"),
)  # fmt: skip


ADVERSE_EVENT_FORM = Form(
    "adverse_event", AdverseEventForm, "onset_on", Rule("whenever one happens, to 30 days after the last dose"),
    repeats=True, checks=EVENT_CHECKS + AWARENESS + ABSENT_ADVERSE_EVENT,
    verified=("term", "grade", "attribution", "onset_on", "present_at_baseline", "seriousness"),
    known_by=("term", "select", "other_words", "onset_on"), template="capture/entry/adverse_event.html",
    versions=(
        replace(form_versions.FIRST, labels={"expectedness": "Expectedness, if serious"}),
        Edition(
            2, "Asks what starts and decides an expedited report: the hospital stay, and when the site became aware. "
            "Whether it was expected is asked of events that are not serious too.",
            "expedited reporting, to be confirmed by the sponsor", form_versions.FIRST_DAY,
            ("hospital_stay", "aware_on", "aware_time"), before_approvals=True,
        ),
    ),
)
