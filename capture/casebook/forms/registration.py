"""Forms of screening and registration: details, the checklist of 23 items, waiver, finding, correction."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django import forms

from capture.casebook.checks import PLAUSIBLE, SOFT, Check, Facts
from capture.casebook.due import Rule
from capture.casebook.fields import (
    BirthDateField,
    FullDateField,
    MissingReasonField,
    NumberField,
    WholeNumberField,
    WordsField,
    before_birth,
    require_value_or_reason,
)
from capture.casebook.forms.base import Form, Lines, Page, labeled_as
from trial import protocol
from trial.drawing.form_layout import Block, Boxes, PageHelper, Section
from trial.models import EligibilityAnswer, Participant, Person, RegistrationFinding, ScreenFailure, Site, Waiver
from trial.models.fields import label
from trial.protocol import code_lists
from trial.rules.eligibility import (
    Answer,
    Obstacle,
    has_liver_metastases,
    most_allowed,
    shown_number,
    times_limit,
    too_many_times,
)

DETAILS_LAYOUT = (
    Boxes(
        Boxes("consented_on", "born_on", "sex", css_class=""),
        Boxes("race", "ethnicity", "ecog", "tumour_type", "histology", css_class=""),
        Boxes("primary_site", "metastatic_sites", "functional_syndrome", "prior_therapy", css_class=""),
        css_class="panel-row",
    ),
    Block("capture/casebook/word_lists.html"),
)
CHECKLIST = Block("capture/casebook/checklist.html")
# What a multiple of the upper limit of normal is made from, both in one unit.
MADE_FROM = (("measured", "Value"), ("limit", "Upper limit"))


def _select(choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(choices=[("", "Choose"), *choices])


def _text(length: int, **attributes: str) -> WordsField:
    return WordsField(max_length=length, required=False, widget=forms.TextInput(attrs=attributes))


def _words(label: str | None = None) -> WordsField:
    return WordsField(label=label, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


@labeled_as(Participant)
class DetailsForm(forms.Form):
    """What is known of the participant at screening; dates and ECOG may be missing for a reason."""

    # Prior therapies are rows of their own; words of earlier entries stay in view and can be corrected.
    only_on_record = ("prior_therapy",)
    help = {
        "site": ("The site of the participant; it cannot be changed later.", ""),
        "registered_on": (
            "Day 0 of survival and progression times. Not before consent, not in the future.", "endpoints"),
        "measured_on": ("Holds for each laboratory value without a date of its own.", "eligibility"),
        "consented_on": ("The day on the signed consent form; required for registration.", "eligibility"),
        "born_on": ("At least {minimum_age_years} years at registration; day or month may be unknown.", "eligibility"),
        "sex": ("As in the medical record.", ""),
        "race": ("As the participant says.", ""),
        "ethnicity": ("As the participant says.", ""),
        "ecog": ("0 to 4; up to {highest_ECOG} is eligible.", "eligibility"),
        "tumour_type": ("With the histology it decides the group: A carcinoid, B islet cell or other.", "groups"),
        "histology": ("As in the pathology report; with the tumor type it determines the group.", "groups"),
        "primary_site": ("Where the tumor began, if known.", ""),
        "metastatic_sites": ("Every organ with metastases, separated by commas.", ""),
        "functional_syndrome": ("The syndrome caused by the tumor's hormones, or “none”.", ""),
        "prior_therapy": ("As it was entered in words. New therapies are rows of the form Prior therapy.", ""),
    }

    consented_on = FullDateField(required=False)
    born_on = BirthDateField(required=False, help_text="UNK-JAN-1950: day unknown")
    born_on_missing = MissingReasonField(label=None)
    sex = _select(protocol.SEXES)
    race = _select(protocol.RACES)
    ethnicity = _select(protocol.ETHNICITIES)
    ecog = WholeNumberField(min_value=0, max_value=4, required=False)
    ecog_missing = MissingReasonField(label=None)
    tumour_type = _select([(kind.code, kind.label) for kind in protocol.TUMOUR_TYPES])
    histology = _select([(kind.code, kind.label) for kind in protocol.HISTOLOGIES])
    primary_site = _text(60, list="words_primary")
    metastatic_sites = _text(120, list="words_metastatic")
    functional_syndrome = _text(60, list="words_syndrome")
    prior_therapy = _text(500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("born_on", "ecog"):
            self.fields[name].widget.attrs["data-missing"] = f"id_{name}_missing"

    @property
    def word_lists(self) -> dict[str, tuple[str, ...]]:
        """Words offered while they are typed, by id of their list."""
        return {"words_primary": code_lists.PRIMARY_SITES, "words_metastatic": code_lists.METASTATIC_SITES,
                "words_syndrome": code_lists.SYNDROMES}  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """A value or the reason why it is missing."""
        cleaned = super().clean() or self.cleaned_data
        for name in ("born_on", "ecog"):
            require_value_or_reason(self, name)
        for name, value in list(cleaned.items()):
            if isinstance(value, date) and (refused := before_birth(value, cleaned.get("born_on"))):
                self.add_error(name, refused)
        return cleaned

    def details(self) -> dict[str, Any]:
        """What `services.registration.screen` takes; None for what cannot be read."""
        return {name: self.cleaned_data.get(name) for name in DETAILS if name in self.fields}


DETAILS = tuple(DetailsForm.base_fields)


class ChecklistForm(forms.Form):
    """The eligibility checklist; every item is answered on its own, laboratory items by value and date."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in DetailsForm.only_on_record:
            if not (self.initial.get(name) or self.data.get(name)):
                self.fields.pop(name, None)
        for item in protocol.ELIGIBILITY:
            self._add_item(item)

    def _add_item(self, item: protocol.EligibilityItem) -> None:
        if item.is_laboratory:
            self.fields[f"value_{item.code}"] = NumberField(
                label=item.words, max_digits=12, decimal_places=3, min_value=0, required=False
            )
            self.fields[f"date_{item.code}"] = FullDateField(label=f"Date: {item.words}", required=False)
            for name, words in MADE_FROM if item.is_multiple else ():
                label = f"{words}: {item.words}"
                box = NumberField(label=label, max_digits=12, decimal_places=3, min_value=0, required=False)
                box.widget.attrs |= {"placeholder": words, "aria-label": label}
                self.fields[f"{name}_{item.code}"] = box
            if item.is_multiple:
                self.fields[f"value_{item.code}"].widget.attrs["aria-label"] = f"Multiple: {item.words}"
            return
        self.fields[f"met_{item.code}"] = forms.ChoiceField(
            label=item.words, choices=(("yes", "Met"), ("no", "Not met")), required=False,
            widget=forms.RadioSelect(attrs={"class": "btn-check"}),
        )

    def items(self) -> list[dict[str, Any]]:
        """The checklist in order, for the page: item, number, and its bound fields."""
        found = []
        for number, item in enumerate(protocol.ELIGIBILITY, start=1):
            parts = ("met", "measured", "limit", "value", "date")
            names = [each for each in parts if f"{each}_{item.code}" in self.fields]
            found.append({"number": number, "item": item, "times": self.times(item),
                          **{name: self[f"{name}_{item.code}"] for name in names}})  # fmt: skip
        return found

    def times(self, item: protocol.EligibilityItem) -> str:
        """`2.1 × upper limit; at most 2`: of what was typed, or is on record; empty without both."""
        if not item.is_multiple or (self.is_bound and not hasattr(self, "cleaned_data")):
            return ""
        given = self.cleaned_data if self.is_bound else self.initial
        # What was typed stays beside its multiple when a box is refused, which takes it out of cleaned_data.
        made_from = (self.typed_multiples if self.is_bound else self._made_from(given))[item.code]
        if None in made_from or not made_from[1]:
            return ""
        most = most_allowed(item, has_liver_metastases(given.get("metastatic_sites")))
        return f"{shown_number(times_limit(*made_from))} × upper limit; at most {most}"

    def clean(self) -> dict[str, Any]:
        """A multiple of the upper limit is computed from value and limit, or entered itself; never both."""
        cleaned = super().clean() or self.cleaned_data
        self.typed_multiples = self._made_from(cleaned)
        for code in self.typed_multiples:
            self._clean_multiple(code, cleaned)
        return cleaned

    def _made_from(self, given: Mapping[str, Any]) -> dict[str, list[Any]]:
        """Item → value and upper limit, of the items that are multiples."""
        return {item.code: [given.get(f"{name}_{item.code}") for name, _ in MADE_FROM]
                for item in protocol.ELIGIBILITY if item.is_multiple}  # fmt: skip

    def _clean_multiple(self, code: str, cleaned: dict[str, Any]) -> None:
        measured, limit = self.typed_multiples[code]
        if measured is None and limit is None:
            return
        if measured is None:
            self.add_error(f"measured_{code}", "Enter the measured value beside its limit.")
        elif not limit:
            self.add_error(f"limit_{code}", "Enter the upper limit of normal, more than 0.")
        elif cleaned.get(f"value_{code}") is not None:
            self.add_error(f"value_{code}", "Enter value and limit, or the multiple of the limit, not both.")
        elif refused := too_many_times(measured, limit):
            self.add_error(f"limit_{code}", refused)
        else:
            cleaned[f"value_{code}"] = times_limit(measured, limit)

    def answers(self) -> dict[str, Answer]:
        """Answers given so far, by item; the shared laboratory date stands in where an item has none of its own."""
        return {item.code: self._answer(item) for item in protocol.ELIGIBILITY}

    def _answer(self, item: protocol.EligibilityItem) -> Answer:
        cleaned = self.cleaned_data
        if not item.is_laboratory:
            return Answer({"yes": True, "no": False}.get(cleaned.get(f"met_{item.code}", "")))
        value: Any = cleaned.get(f"value_{item.code}")
        on: date | None = cleaned.get(f"date_{item.code}") or cleaned.get("measured_on")
        measured, limit = (cleaned.get(f"{name}_{item.code}") for name, _ in MADE_FROM)
        return Answer(None, value, on if value is not None else None, measured, limit)


@labeled_as(Participant)
class RegistrationForm(ChecklistForm, DetailsForm):
    """Details, registration date and the checklist on one page; every item is answered on its own."""

    helper = PageHelper(
        Section("Participant", Boxes("site", css_class="entry-fields"), *DETAILS_LAYOUT),
        Section("Eligibility", Boxes("measured_on", css_class="panel-row"), CHECKLIST),
        Section("Registration", Boxes("registered_on", css_class="entry-fields")),
    )

    site = forms.ModelChoiceField(Site.objects.none(), empty_label="Choose")
    registered_on = FullDateField()
    measured_on = FullDateField(label="Laboratory date for every value", required=False)

    def __init__(self, person: Person, *args: Any, **kwargs: Any) -> None:
        """A person of one site has no choice to make."""
        super().__init__(*args, **kwargs)
        self.sites = sites = list(person.sites.all())
        self.fields["site"].queryset = person.sites.all()  # type: ignore[attr-defined]
        if len(sites) == 1:
            self.fields["site"].initial = sites[0].pk


@labeled_as(Participant)
class CorrectionForm(ChecklistForm, DetailsForm):
    """Corrects details and answers of a participant; hands on only what was changed."""

    helper = PageHelper(
        Section("Participant", Boxes("registered_on", css_class="panel-row"), *DETAILS_LAYOUT),
        Section("Eligibility", CHECKLIST),
    )

    registered_on = FullDateField(required=False)

    def __init__(self, participant: Participant, answers: Mapping[str, Answer], *args: Any, **kwargs: Any) -> None:
        self.participant, self.answers_on_record = participant, answers
        initial = {name: getattr(participant, name) for name in (*DETAILS, "registered_on")}
        for item, answer in answers.items():
            met = {True: "yes", False: "no"}.get(answer.met) if answer.met is not None else ""
            entered = answer.value if answer.measured is None else None
            initial |= {f"met_{item}": met, f"value_{item}": entered, f"date_{item}": answer.measured_on,
                        f"measured_{item}": answer.measured, f"limit_{item}": answer.upper_limit}  # fmt: skip
        super().__init__(*args, initial=initial, **kwargs)
        if not participant.is_registered:
            del self.fields["registered_on"]

    def corrections(self) -> dict[str, Any]:
        """Field → new value, for what differs from the record."""
        names = [name for name in (*DETAILS, "registered_on") if name in self.fields]
        return {name: self.cleaned_data[name] for name in names
                if self.cleaned_data[name] != getattr(self.participant, name)}  # fmt: skip

    def corrected_answers(self) -> dict[str, Answer]:
        """Item → new answer, for what differs from the record; a laboratory item differs by value or date."""
        return {item: answer for item, answer in self.answers().items() if self._differs(item, answer)}

    def _differs(self, item: str, answer: Answer) -> bool:
        before = self.answers_on_record.get(item, Answer())
        if f"met_{item}" in self.fields:
            return answer.met != before.met
        return replace(answer, met=None) != replace(before, met=None)


@labeled_as(Participant)
class RegisterScreenedForm(forms.Form):
    """Registers a participant who is screened already, for instance after an approved waiver."""

    helper = PageHelper()
    help = DetailsForm.help
    registered_on = FullDateField()
    registered_on.widget.attrs["autofocus"] = True


class WaiverRequestForm(forms.Form):
    """Which criteria the chair is asked to waive, and why; none is ticked beforehand."""

    helper = PageHelper()
    criteria = forms.MultipleChoiceField(
        label="Criteria to waive",
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input", "data-first": True}),
        error_messages={"required": "Choose the criteria to waive."},
    )  # fmt: skip
    because = _words(label(Waiver._meta.get_field("requested_because")))

    def __init__(self, not_met: Sequence[Obstacle], *args: Any, **kwargs: Any) -> None:
        """not_met: the criteria that can be named."""
        super().__init__(*args, **kwargs)
        self.fields["criteria"].choices = [(each.item, each.words) for each in not_met]  # type: ignore[attr-defined]


class DecisionForm(forms.Form):
    """Why the chair decides as it does."""

    helper = PageHelper()
    because = _words("Reason")


class WaiverDecisionForm(forms.Form):
    """The chair's decision."""

    helper = PageHelper()
    decision = forms.ChoiceField(label="Decision", choices=(("approve", "Approve"), ("refuse", "Refuse")),
                                 widget=forms.RadioSelect)  # fmt: skip
    because = _words(label(Waiver._meta.get_field("decided_because")))


@labeled_as(RegistrationFinding)
class FindingForm(forms.Form):
    """What turned out about a registration afterwards."""

    helper = PageHelper()
    kind = _select(RegistrationFinding.Kind.choices)
    found_on = FullDateField()
    because = _words()


@labeled_as(ScreenFailure)
class ScreenFailureForm(forms.Form):
    """Why a screening ends without registration."""

    helper = PageHelper()
    help = {
        "failed_on": ("The last day of the screening; not before consent.", ""),
        "reason": ("“Criteria not met” when a criterion of the checklist is the cause.", "lists"),
        "comment": ("Required with “Other”.", ""),
    }
    failed_on = FullDateField()
    reason = _select(code_lists.SCREEN_FAILURE_REASONS)
    comment = _text(200)


# So many participants are named; the others are counted.
NAMED = 5


def _where(facts: Facts) -> str:
    """Names participants of the own site only."""
    own = [each.reference for each in facts["same_person"] if each.site_id == facts["site"].pk]
    elsewhere = len(own) < len(facts["same_person"])
    more = f" and {len(own) - NAMED} more" if len(own) > NAMED else ""
    here = f"At this site: {', '.join(own[:NAMED])}{more}." if own else ""
    return " ".join(filter(None, (here, "At another site." * elsewhere)))


SAME_PERSON = Check(
    "REG-05", "Another participant has the same date of birth, sex and tumor type.", PLAUSIBLE, SOFT,
    lambda facts: bool(facts["same_person"]), "born_on", details=_where, queried=True, asked_of="monitor",
)  # fmt: skip
CHECKS = (SAME_PERSON,)
REGISTRATION_FORM = Form(
    "registration", CorrectionForm, "registered_on", Rule("before treatment"), Participant, before_registration=True,
    checks=CHECKS,
    verified=("consented_on", "registered_on", "tumour_type", "histology"),
    lines=Lines(EligibilityAnswer, "participant", "eligibility"), page=Page("capture:correct", named_by=None),
)
