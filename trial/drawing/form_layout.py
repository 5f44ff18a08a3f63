"""How crispy-forms lays out the forms of the product: inside the form of the page, every field by one template.

A form class names its `helper`. Fields of one box are written here, others by `templates/bootstrap5/field.html`, tables
of forms (`Rows`) and what belongs to one form only (`Block`) by a template that the form's module names.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, LayoutObject
from crispy_forms.utils import TEMPLATE_PACK, render_field
from django import forms
from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest, QueryDict
from django.template.loader import get_template
from django.utils.html import conditional_escape, escape, format_html, format_html_join
from django.utils.safestring import SafeString

REASON = "_missing"
WIDGETS = "django/forms/widgets/"
BOXES = ("text", "hidden", "password", "email", "checkbox")
# How Bootstrap dresses a widget whose field names no class of its own.
CLASSES = dict.fromkeys((f"{WIDGETS}{kind}.html" for kind in ("text", "password", "email", "textarea", "file")),
                        "form-control") | {f"{WIDGETS}select.html": "form-select"}  # fmt: skip


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: what was sent, even if it is empty; None while the page is only opened."""
    return request.POST if request.method == "POST" else None


class Renderer(DjangoTemplates):
    """Writes boxes and lists as Django's own templates do, without one template for each attribute and option.

    A page of a form has a hundred of them, and they would be half of the time in which it opens.
    """

    def render(self, template_name: str, context: Mapping[str, Any], request: Any = None) -> SafeString:
        """The element, escaped; what is neither a box nor a list by its template."""
        if template_name in CLASSES:
            context["widget"]["attrs"].setdefault("class", CLASSES[template_name])
        write = _WRITERS.get(template_name)
        return write(context["widget"]) if write else super().render(template_name, context, request)


def _attributes(given: Mapping[str, Any]) -> str:
    return "".join(f" {escape(name)}" if value is True else f' {escape(name)}="{escape(str(value))}"'
                   for name, value in given.items() if value is not False)  # fmt: skip


def _box(widget: Mapping[str, Any]) -> SafeString:
    value = "" if widget["value"] is None else f' value="{escape(str(widget["value"]))}"'
    name = escape(widget["name"])
    return SafeString(f'<input type="{widget["type"]}" name="{name}"{value}{_attributes(widget["attrs"])}>')


def _list(widget: Mapping[str, Any]) -> SafeString:
    groups = []
    for title, options, _ in widget["optgroups"]:
        inside = "".join(
            f'<option value="{escape(str(option["value"]))}"{_attributes(option["attrs"])}>'
            f"{escape(option['label'])}</option>"
            for option in options
        )
        groups.append(f'<optgroup label="{escape(title)}">{inside}</optgroup>' if title else inside)
    opening = f'<select name="{escape(widget["name"])}"{_attributes(widget["attrs"])}>'
    return SafeString(f"{opening}{''.join(groups)}</select>")


_WRITERS = {f"{WIDGETS}select.html": _list} | {f"{WIDGETS}{kind}.html": _box for kind in BOXES}


# (field, context of the page) → what stands beside its label, as HTML; filled by who knows help and queries.
BESIDE_LABEL: list[Callable[[forms.BoundField, Any], str]] = []


def _shown(each: Any, form: forms.BaseForm, context: Any, template_pack: Any) -> str:
    """A field of one box is written here: a template for each would be a third of the time in which a page opens.

    Another layout object, several boxes of one field, or a field that is not asked: by their templates.
    """
    if not isinstance(each, str) or hasattr((field := form[each]).field, "not_asked") or field.use_fieldset:
        return str(render_field(each, form, context, template_pack=template_pack))
    return one_box(field, context)


def one_box(field: forms.BoundField, context: Any) -> SafeString:
    """A field with its label, what stands beside it, help, errors, and the reason why its value is missing."""
    more = getattr(field.field, "beside", "")
    unit = f' <span class="unit">{escape(more)}</span>' if more else ""
    beside = "".join(write(field, context) for write in BESIDE_LABEL)
    helped = f'<div class="form-text" id="{field.auto_id}_helptext">{conditional_escape(field.help_text)}</div>'
    reason = reason_of(field)
    framed = f'<div class="missing-frame" data-missing-frame>{_labeled(reason)}</div>' if (
        reason is not None and not hasattr(reason.field, "not_asked")) else ""  # fmt: skip
    own = _labeled(field, f"{unit}</label>{beside}", helped if field.help_text else "")
    return SafeString(f'<div class="field">{own}{framed}</div>\n')


def _labeled(field: forms.BoundField, after_label: str = "</label>", after_box: str = "") -> str:
    label = f'<label class="form-label" for="{escape(field.id_for_label)}">{conditional_escape(field.label)}'
    return f"{label}{after_label}\n{field}{after_box}{errors_of(field)}"


def errors_of(field: forms.BoundField) -> SafeString:
    """What is wrong with the field, read out as it comes; the box names the first."""
    named = [format_html(' id="{}_error"', field.auto_id), *[""] * (len(field.errors) - 1)]
    return format_html_join("", '<div class="invalid-feedback" role="alert"{}>{}</div>',
                            zip(named, field.errors, strict=False))  # fmt: skip


class Boxes(LayoutObject):  # type: ignore[misc]
    """Fields, or further layout objects, in a frame of the class given (None: no frame; without any field: nothing).

    Without names: every visible field of the form. Left out are fields that the form does not have, that it hides, and
    the reason why a value is missing, which stands beside the value.
    """

    def __init__(self, *fields: Any, css_class: str | None = None) -> None:
        self.fields, self.css_class = list(fields), css_class

    def render(self, form: forms.BaseForm, context: Any, template_pack: Any = TEMPLATE_PACK, **_: Any) -> SafeString:
        """The frame with its fields."""
        shown = [each for each in self.fields or form.fields if not isinstance(each, str) or _is_shown(form, each)]
        inside = SafeString("".join(_shown(each, form, context, template_pack) for each in shown))
        return self.framed(inside) if inside.strip() else SafeString("")

    def framed(self, inside: SafeString) -> SafeString:
        """What it holds, in its frame."""
        return inside if self.css_class is None else format_html("<div class=\"{}\">{}</div>", self.css_class, inside)


class Hidden(LayoutObject):  # type: ignore[misc]
    """Every field that the form hides."""

    fields: tuple[str, ...] = ()

    def render(self, form: forms.BaseForm, context: Any, template_pack: Any = TEMPLATE_PACK, **_: Any) -> SafeString:
        """The elements alone."""
        return SafeString("".join(str(field) for field in form.hidden_fields()))


class Section(Boxes):
    """A part of the sheet under a heading."""

    def __init__(self, title: str, *fields: Any) -> None:
        super().__init__(*fields)
        self.title = title

    def framed(self, inside: SafeString) -> SafeString:
        """The panel with its heading."""
        return format_html('<section class="panel" aria-labelledby="h-{0}"><h2 id="h-{0}">{1}</h2>{2}</section>',
                           self.title.lower(), self.title, inside)  # fmt: skip


class Block(LayoutObject):  # type: ignore[misc]
    """A part of one form with a template of its own, which is given the form and all that the page knows."""

    def __init__(self, template: str) -> None:
        self.fields: list[Any] = []
        self.template = template

    def render(self, form: forms.BaseForm, context: Any, template_pack: Any = TEMPLATE_PACK, **_: Any) -> SafeString:
        """The template, filled in."""
        return get_template(self.template).render({**context.flatten(), "form": form})


class PageHelper(FormHelper):  # type: ignore[misc]
    """The helper of a form inside the page's own form tag; without a layout every visible field below the other.

    Made once for each class: it holds nothing of a form that is rendered.
    """

    form_tag = include_media = form_show_errors = False
    disable_csrf = True

    def __init__(self, *layout: Any) -> None:
        super().__init__()
        self.layout = Layout(*(layout or (Boxes(),)))


class PageForm(forms.Form):
    """A form inside the page's own form tag, its fields one below the other; another layout is another `helper`."""

    helper = PageHelper()


class Markup(LayoutObject):  # type: ignore[misc]
    """HTML that is the same for every form, such as a button."""

    def __init__(self, html: str) -> None:
        self.fields: list[Any] = []
        self.html = SafeString(html)

    def render(self, form: forms.BaseForm, context: Any, template_pack: Any = TEMPLATE_PACK, **_: Any) -> SafeString:
        """The HTML itself."""
        return self.html


SHOW = Markup('<button class="btn btn-secondary" type="submit">Show</button>')


class FilterForm(forms.Form):
    """What a list is narrowed to; sent in the address, read by the page itself, shown again as it was asked.

    offered: name of a choice → its choices; None leaves the field out.
    """

    helper = PageHelper(Boxes(), SHOW)

    def __init__(self, asked: Mapping[str, Any], **offered: Iterable[tuple[str, Any]] | None) -> None:
        super().__init__(initial=dict(asked), auto_id="%s")
        for name, choices in offered.items():
            if choices is None:
                del self.fields[name]
            else:
                self.fields[name].choices = [*self.fields[name].choices, *choices]  # type: ignore[attr-defined]


class Rows(list[Any]):
    """Forms that are the rows of a table; the template is given them as `form`."""

    def __init__(self, rows: Iterable[forms.BaseForm], template: str) -> None:
        super().__init__(rows)
        self.helper = FormHelper()
        self.helper.template = template

    @property
    def is_bound(self) -> bool:
        """Whether the rows hold what was typed."""
        return any(row.is_bound for row in self)


def reason_of(field: forms.BoundField) -> forms.BoundField | None:
    """The field that says why the value of this one is missing; None where there is none."""
    name = f"{field.name}{REASON}"
    return field.form[name] if name in field.form.fields else None


def is_a_reason(field: forms.BoundField) -> bool:
    """Whether the field says why the value of another one is missing, and is shown with it."""
    return field.name.endswith(REASON) and field.name.removesuffix(REASON) in field.form.fields


def _is_shown(form: forms.BaseForm, name: str) -> bool:
    return name in form.fields and not form.fields[name].widget.is_hidden and not is_a_reason(form[name])
