"""The settings of a group as fields; what cannot be is refused in the words of `AnalysisSettings` itself."""

from typing import Any

from django import forms

from trial.drawing.form_layout import PageForm
from trial.protocol import DECLARED, WORDS_OF_CHOICES, AnalysisSettings, Declared, analysis_settings
from trial.record.typed_fields import NumberField, WholeNumberField, WordsField, reason
from trial.refused import Refused

MOST_STAGES = 3
YES_NO = (("yes", "Yes"), ("no", "No"))
# Intervals are computed for 95% only; the page shows it and does not offer it.
NOT_OFFERED = {"confidence"}


class SettingsForm(forms.Form):
    """The settings of one group as typed; `settings` is set once they are valid, `reason` is kept in the Change."""

    reason = WordsField(
        label="Why are the settings changed?", max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "A reason is required."},
    )  # fmt: skip

    def __init__(self, group: str, current: AnalysisSettings, *args: Any, **kwargs: Any) -> None:
        """`current`: the settings in force; what the page does not offer stays as it is."""
        self.group, self.current = group, current
        super().__init__(*args, initial=_initial(group, current), **kwargs)
        self.settings: AnalysisSettings | None = None
        offered = [setting for setting in DECLARED if setting.name not in NOT_OFFERED]
        self.single = [setting for setting in offered if setting.name != "plan"]
        self.fields = {setting.name: _field(setting) for setting in self.single} | _plan_fields() | self.fields

    def rows(self) -> list[tuple[Declared, forms.BoundField]]:
        """Each setting that is one field, with its declaration."""
        return [(setting, self[setting.name]) for setting in self.single]

    def stages(self) -> list[tuple[int, list[forms.BoundField]]]:
        """Stage number and its three fields."""
        return [(number, [self[_name(number, part)] for part in ("participants", "futility", "efficacy")])
                for number in range(1, MOST_STAGES + 1)]  # fmt: skip

    def rates(self) -> list[forms.BoundField]:
        """The two response rates of the plan, in percent."""
        return [self["p0_percent"], self["p1_percent"]]

    def clean(self) -> dict[str, Any]:
        """Builds the settings; Refused becomes an error of the whole form."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        values = self.current.as_dict()
        values |= {setting.name: _plain(cleaned[setting.name]) for setting in self.single}
        values["plan"] = _plan(cleaned)
        try:
            self.settings = analysis_settings.from_dict(values, self.group)
        except Refused as refusal:
            raise forms.ValidationError(_in_titles(str(refusal), self.single)) from None
        return cleaned


class SettlingForm(PageForm):
    """The reason with which a proposal is approved, refused or withdrawn."""

    because = reason(help_text="The reason is kept in the audit trail.")


def _field(declared: Declared) -> forms.Field:
    made: forms.Field
    default = getattr(AnalysisSettings(), declared.name)
    if declared.choices:
        made = forms.ChoiceField(choices=[(code, WORDS_OF_CHOICES[code]) for code in declared.choices])
    elif isinstance(default, bool):
        made = forms.ChoiceField(choices=YES_NO)
    else:
        made = WholeNumberField(required=default is not None, min_value=0, max_value=100_000, widget=_number())
    made.label, made.help_text = declared.title, declared.source
    return made


def _number() -> forms.TextInput:
    return forms.TextInput(attrs={"class": "form-control number-field", "inputmode": "numeric", "autocomplete": "off"})


def _name(stage: int, part: str) -> str:
    return f"stage_{stage}_{part}"


def _plan_fields() -> dict[str, forms.Field]:
    labels = {"participants": "evaluable in all", "futility": "futile at or below", "efficacy": "promising at or above"}
    made: dict[str, forms.Field] = {
        _name(stage, part): WholeNumberField(
            label=f"Stage {stage}: {label}", required=stage == 1 and part == "participants", min_value=0,
            max_value=1000, widget=_number(),
        )
        for stage in range(1, MOST_STAGES + 1)
        for part, label in labels.items()
    }  # fmt: skip
    for name, label in (("p0_percent", "Response rate too low, %"), ("p1_percent", "Response rate hoped for, %")):
        made[name] = NumberField(label=label, min_value=0, max_value=100, decimal_places=1, widget=_number())
    return made


def _initial(group: str, current: AnalysisSettings) -> dict[str, Any]:
    values = {name: ("yes" if value else "no") if isinstance(value, bool) else value
              for name, value in current.as_dict().items()}  # fmt: skip
    plan = current.plan
    for stage, look in enumerate(zip(plan.participants, plan.futility, plan.efficacy, strict=True), start=1):
        values |= {_name(stage, part): bound for part, bound in zip(("participants", "futility", "efficacy"), look,
                                                                   strict=True)}  # fmt: skip
    return values | {"p0_percent": f"{plan.p0 * 100:g}", "p1_percent": f"{plan.p1 * 100:g}"}


def _plain(value: Any) -> Any:
    return {"yes": True, "no": False}.get(value, value) if isinstance(value, str) else value


def _plan(cleaned: dict[str, Any]) -> dict[str, Any]:
    """Stages until the last that is named; a gap is refused by the plan itself."""
    used = [stage for stage in range(1, MOST_STAGES + 1)
            if any(cleaned.get(_name(stage, part)) is not None for part in ("participants", "futility", "efficacy"))]
    sized = [stage for stage in used if cleaned.get(_name(stage, "participants")) is not None]
    if sized != list(range(1, len(used) + 1)):
        raise forms.ValidationError("Each stage of the plan needs its number of participants, from stage 1 on.")
    columns = {part: [cleaned.get(_name(stage, part)) for stage in used]
               for part in ("participants", "futility", "efficacy")}  # fmt: skip
    rates = {rate: float(cleaned[f"{rate}_percent"]) / 100 for rate in ("p0", "p1")}
    return {**columns, **rates}


def _in_titles(words: str, declared: list[Declared]) -> str:
    """The refusal with the titles of the page in place of the names in the code."""
    for setting in declared:
        words = words.replace(setting.name, f"“{setting.title}”")
    return words
