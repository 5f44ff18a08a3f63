"""Template tags that show the conduct of an entry on its page: set `conduct` once, mark each field."""

from typing import Any

from django import template
from django.template.loader import get_template

from capture.casebook import labels
from capture.conduct import panel as conduct_of
from capture.entry import same_person
from trial.models import Participant, Person, Query, Role

register = template.Library()


@register.simple_tag(takes_context=True)
def form_conduct(context: dict[str, Any], participant: Participant, kind: str, row_id: Any) -> Any:
    """What stands about the entry; None while it is not saved yet, and where the form has no conduct (kind empty)."""
    if not row_id or not kind:
        return None
    return conduct_of.form_conduct(context["request"].user, participant, kind, int(row_id))


@register.simple_tag
def field_marks(conduct: Any, field: str, label: Any = "") -> str:
    """Beside a field's label: its queries, and for a monitor the way to raise one."""
    if not conduct or not (conduct.may_ask or field in conduct.by_field):
        return ""
    ask = conduct.ask_url(field) if conduct.may_ask else ""
    shown = {"marks": conduct.by_field.get(field, []), "ask": ask, "label": label, "may_answer": conduct.may_answer}
    return get_template("capture/conduct/_field_marks.html").render(shown)


@register.simple_tag
def lesion_marks(conduct: Any, lesion_id: Any, label: str) -> str:
    """The marks of one lesion of the baseline; none for an empty row."""
    return field_marks(conduct, f"lesion{lesion_id}", label) if lesion_id else ""


@register.inclusion_tag("capture/conduct/_query_count.html")
def query_count(marks: Any, participant: Participant) -> dict[str, Any]:
    """How many queries stand about a participant, as a link to them."""
    return {"count": marks.counts.get(participant.pk, 0), "participant": participant}


@register.simple_tag
def query_details(person: Person, query: Query) -> str:
    """What was found, for the monitor; who is perhaps the same person, for whom of monitor and chair may see them."""
    if query.assigned_role == Role.MONITOR and person.role in (Role.MONITOR, Role.CHAIR):
        return same_person.named_to(person, query.participant)
    return query.finding if person.role == Role.MONITOR else ""


@register.simple_tag
def query_field_label(conduct: Any, query: Any) -> Any:
    """The field a query of the panel is about."""
    return labels.field_label(conduct.kind, query.field) if query.field else ""
