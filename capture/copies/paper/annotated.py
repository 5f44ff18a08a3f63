"""The annotated casebook: each question of each version of each form, with the variables of SDTM that hold it.

Annotations are those of PDF, not drawn words: a reader finds, filters and hides them. One color a data set in a form.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from capture.casebook.forms.base import Form
from capture.casebook.registry import CASEBOOK
from capture.copies.paper import blank
from trial.drawing import pdf
from trial.models import Assessment, Lesion
from trial.models.fields import label
from trial.tabulation.data_sets import BY_NAME, asked_by

NOT_SUBMITTED = "[NOT SUBMITTED]"
WIDTHS = (56, 66, 60)
LINE_MM, SIZE, MARGIN_MM = 3.4, 7, 5
COLORS = ((0.75, 1.0, 1.0), (1.0, 1.0, 0.6), (0.6, 1.0, 0.6), (1.0, 0.75, 0.6), (0.9, 0.8, 1.0), (1.0, 0.8, 0.9))
# Columns that are asked of nobody.
OF_THE_PROGRAM = frozenset({"id", "participant", "struck_out_reason", "form_edition"})


class Annotated(NamedTuple):
    """A question on the page: what it is called, the room for the answer, and the variables that hold it."""

    label: str
    answer: str
    names: tuple[str, ...]
    reasons: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """As on the page."""
        found = " / ".join(map(_shown, self.names)) or NOT_SUBMITTED
        return f"{found}; missing: {' / '.join(map(_shown, self.reasons))}" if self.reasons else found


def _shown(name: str) -> str:
    data_set, _, variable = name.partition(".")
    return f"{variable} in {data_set}" if data_set.startswith("SUPP") else name


def questions(form: Form, edition: int) -> Iterator[Annotated]:
    """Those of an edition, then those of the rows below an entry."""
    for each in blank.questions(form, edition):
        reasons = asked_by(form.model.__name__, f"{each.field}_missing") if each.may_be_missing else ()
        yield Annotated(each.label, each.answer, asked_by(form.model.__name__, each.field), reasons)
    for model in below(form):
        keys = {field.name for field in model._meta.concrete_fields if field.is_relation and not
                issubclass(field.related_model, Lesion)}  # fmt: skip
        for field in model._meta.concrete_fields:
            if field.name not in OF_THE_PROGRAM | keys:
                title = f"{model._meta.verbose_name}: {label(field)}".capitalize()
                yield Annotated(title, "\n", asked_by(model.__name__, field.name))


def below(form: Form) -> Sequence[Any]:
    """The models of the rows below an entry."""
    lines = [form.lines.model] if form.lines is not None else []
    return [*lines, Lesion] if form.model is Assessment and form.kind == "baseline" else lines


def casebook() -> tuple[bytes, dict[str, tuple[str, ...]]]:
    """The PDF, and variable → names of the places in it that ask for its value."""
    places: dict[str, dict[str, None]] = {}
    for form in CASEBOOK:
        for edition in form.versions:
            for each in questions(form, edition.number):
                for name in (*each.names, *each.reasons):
                    places.setdefault(name, {})[blank.destination(form.kind, edition.number)] = None
    return pages(), {name: tuple(found) for name, found in places.items()}


@cache
def pages() -> bytes:
    """The whole casebook, every version of every form, as PDF; the program alone decides what is on it."""
    sheets = blank.begun("Annotated casebook", "annotated forms")
    first = True
    for form in CASEBOOK:
        for edition in form.versions:
            if not first:
                sheets.add_page()
            first = False
            blank.head(sheets, form, edition.number)
            _form(sheets, list(questions(form, edition.number)))
            for head, rows, widths in blank.tables(form):
                sheets.ln(3)
                pdf.table(sheets, head, rows, widths, 8.5)
    return bytes(sheets.output())


def _form(sheets: Any, asked: Sequence[Annotated]) -> None:
    data_sets = list(dict.fromkeys(name.partition(".")[0].removeprefix("SUPP") for each in asked for name in
                                   (*each.names, *each.reasons)))  # fmt: skip
    colors = {name: COLORS[place % len(COLORS)] for place, name in enumerate(data_sets)}
    for name in data_sets:
        words = f"{name} = {BY_NAME[name].label}"
        _annotate(sheets, words, sheets.get_y(), sheets.l_margin, colors[name])
        sheets.ln(LINE_MM * len(_lines(sheets, words)) + 1.6)
    for each in asked:
        page, top = sheets.page_no(), sheets.get_y()
        room = "\n" * (len(_lines(sheets, each.words)) - 1)
        pdf.table(sheets, None, [(each.label, each.answer, room or " ")], WIDTHS, 9)
        top = top if sheets.page_no() == page else sheets.t_margin
        name = (each.names or each.reasons or ("",))[0].partition(".")[0].removeprefix("SUPP")
        sheets.line(sheets.l_margin, sheets.get_y(), sheets.l_margin + pdf.WIDTH_MM, sheets.get_y())
        _annotate(sheets, each.words, top + 0.8, sheets.l_margin + sum(WIDTHS[:2]) + 1, colors.get(name))


def _annotate(sheets: Any, words: str, top: float, left: float, color: tuple[float, float, float] | None) -> None:
    """One annotation."""
    lines = _lines(sheets, words)
    more = {} if color is None else {"color": color}
    sheets.set_draw_color(*pdf.INK)  # the color of the words
    sheets.free_text_annotation("\n".join(lines), x=left, y=top, w=WIDTHS[2] - 2, h=LINE_MM * len(lines) + 0.6,
                                border_width=1, **more)  # fmt: skip
    sheets.set_draw_color(*pdf.THIN)


def _lines(sheets: Any, words: str) -> list[str]:
    """The words in lines that fit beside an answer, broken between them, in a font that every reader of PDF has."""
    sheets.set_font("helvetica", size=SIZE)
    found = [""]
    for part in words.split(" "):
        joined = f"{found[-1]} {part}".strip()
        if sheets.get_string_width(joined) > WIDTHS[2] - MARGIN_MM and found[-1]:
            found.append(part)
        else:
            found[-1] = joined
    return found
