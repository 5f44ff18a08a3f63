"""Forms of the conduct of the study: queries, freeze and lock, signatures. What they send is read by their pages."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from trial.drawing.form_layout import Boxes, FilterForm, PageForm, PageHelper
from trial.record.typed_fields import choice, words


class QueriesFilter(FilterForm):
    """Which queries the list shows."""

    state = choice("Status")
    site = choice("Site", ("", "All your sites"))
    form = choice("Form", ("", "Any"))
    age = choice("Age")
    mine = choice("Assignment", ("", "All"))
    participant = words("Participant", 40)


class AskedFormFilter(FilterForm):
    """The form that one query is raised about, the site, and what a field of its entries says."""

    form = choice("Form")
    site = choice("Site", ("", "All your sites"))
    field = choice("Only where", ("", "All entries"))
    value = words("is (empty: has no value)", 60, placeholder="3 to 5")


class WordingForm(PageForm):
    """The words of a query: one of the list, or one's own."""

    template = forms.ChoiceField(label="Query template", required=False, widget=forms.RadioSelect(
        attrs={"class": "form-check-input"}))  # fmt: skip
    words = words("Or own query text", 600, rows=2)
    words.help_text = "Ask about the source. Do not suggest a value."

    def __init__(self, wordings: Iterable[str], typed: str) -> None:
        wordings = list(wordings)
        super().__init__(initial={"template": typed} if typed in wordings else {"words": typed}, auto_id="%s")
        self.fields["template"].choices = [(each, each) for each in wordings]  # type: ignore[attr-defined]


class ManyForm(WordingForm):
    """A query for many: its words, and the entries it is about."""

    who = forms.MultipleChoiceField(label="Entries", widget=forms.CheckboxSelectMultiple(
        attrs={"class": "form-check-input"}))  # fmt: skip

    def __init__(
        self, wordings: Iterable[str], typed: str, entries: Iterable[tuple[str, str]], chosen: list[str]
    ) -> None:
        """entries: (key, what it is called) of each."""
        super().__init__(wordings, typed)
        self.initial["who"] = chosen
        self.fields["who"].choices = entries  # type: ignore[attr-defined]


class AnswerForm(PageForm):
    """The site's answer in words."""

    words = words("Answer", 600)

    def __init__(self, key: int, typed: str, corrects: bool) -> None:
        """corrects: the page shows boxes to correct, so that words alone are the second choice."""
        super().__init__(initial={"words": typed}, auto_id=f"answer-{key}-%s")
        if corrects:
            self.fields["words"].label = "Answer (if nothing is corrected)"
        else:
            self.fields["words"].widget.attrs["autofocus"] = True


class MoveForm(PageForm):
    """What the monitor says when a query is moved."""

    words = words("Comment", 600)
    words.help_text = "required to reopen or cancel"


class HoldForm(forms.Form):
    """What is to be frozen or locked, and why."""

    what = choice("Scope", ("", "Choose"), required=True)
    because = words("Reason", 300, required=True)
    helper = PageHelper(Boxes(css_class="entry-fields"))

    def __init__(self, sites: Iterable[Any], participants: Iterable[Any], with_study: bool) -> None:
        super().__init__(auto_id="%s")
        self.fields["what"].choices = [  # type: ignore[attr-defined]
            ("", "Choose"), *([("study", "The study")] if with_study else []),
            ("Sites", [(f"site:{site.code}", str(site)) for site in sites]),
            ("Participants", [(each.reference, each.reference) for each in participants]),
        ]  # fmt: skip


class HoldStepForm(PageForm):
    """Why the next step of a freeze or lock is taken."""

    because = words("Reason", 300, required=True)


def queries_filter(asked: Mapping[str, str], may_ask: bool, sites: Iterable[Any], states: Iterable[tuple[str, str]],
                   titles: Iterable[tuple[str, str]], ages: Iterable[tuple[str, str]]) -> QueriesFilter:  # fmt: skip
    """The filter of the list of queries; sites are asked where there are several."""
    codes = [(site.code, str(site)) for site in sites]
    return QueriesFilter(
        asked, state=states, site=codes if len(codes) > 1 else None, form=titles, age=ages,
        mine=[("1", "Raised by me" if may_ask else "Assigned to me")],
        **({} if asked["participant"] else {"participant": None}),
    )  # fmt: skip
