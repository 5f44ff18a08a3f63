"""What the database must know of each table, read from the models: which are audited, and where their rows stand.

Nothing here names a form: a model that inherits `RecordRow` is known by that, whichever application it is of.
"""

from collections.abc import Iterator
from functools import cache

from django.apps import apps
from django.db import models

from trial.models import AppendOnly, Participant, Person, RecordRow

Model = type[models.Model]


def table_of(model: Model) -> str:
    """The name of the model's table."""
    return model._meta.db_table


@cache
def record_models() -> tuple[type[RecordRow], ...]:
    """The models of the record, in the order of their tables."""
    return tuple(sorted((model for model in apps.get_models() if issubclass(model, RecordRow)), key=table_of))


@cache
def audited() -> tuple[str, ...]:
    """The tables of the record: each write of them is a version."""
    return tuple(table_of(model) for model in record_models())


@cache
def append_only() -> tuple[str, ...]:
    """Tables beside the record whose rows are never altered or deleted."""
    return tuple(sorted(table_of(model) for model in apps.get_models() if issubclass(model, AppendOnly)))


def above(model: Model) -> models.ForeignKey | None:
    """The foreign key to the row that a row stands below; None for one that names its participant, or has none."""
    named = model.place.above if issubclass(model, RecordRow) else ""
    if named:
        key = model._meta.get_field(named)
        assert isinstance(key, models.ForeignKey), f"{model.__name__}.place.above"
        return key
    return None if _names_participant(model) else next(_keys_to_a_participant(model), None)


def _names_participant(model: Model) -> bool:
    return model is Participant or any(field.column == "participant_id" for field in model._meta.concrete_fields)


def _keys_to_a_participant(model: Model) -> Iterator[models.ForeignKey]:
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and leads_to_a_participant(field.related_model, (model,)):
            yield field


def leads_to_a_participant(model: Model, passed: tuple[Model, ...] = ()) -> bool:
    """Whether the rows are of one participant: by a column of their own or by the rows above them."""
    if model in passed or not issubclass(model, RecordRow):
        return False
    keys = (field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey))
    return _names_participant(model) or any(
        leads_to_a_participant(key.related_model, (*passed, model)) for key in keys
    )


def of_participant(model: Model, participants: str) -> str:
    """SQL: whether row `t` is of `participants` (such as "= 7"); empty where the model leads to none."""
    if model is Participant:
        return f"t.id {participants}"
    if _names_participant(model):
        return f"t.participant_id {participants}"
    key = above(model)
    if key is None:
        return ""
    rows = f"SELECT t.id FROM {table_of(key.related_model)} t WHERE {of_participant(key.related_model, participants)}"
    return f"t.{key.column} IN ({rows})"


def account_in_sql() -> str:
    """SQL: account `t` as its versions hold it, with the columns and the many-to-many fields of `Person.audited`."""
    parts = ["'id', t.id"]
    for name in Person.audited:
        field = Person._meta.get_field(name)
        if field.many_to_many:
            through, own, other = field.m2m_db_table(), field.m2m_column_name(), field.m2m_reverse_name()
            value = (f"coalesce((SELECT jsonb_agg(s.{other} ORDER BY s.{other})\n"
                     f"        FROM {through} s WHERE s.{own} = t.id), '[]'::jsonb)")  # fmt: skip
        else:
            value = f"t.{field.column}"
        parts.append(f"'{name}', {value}")
    return f"jsonb_build_object({', '.join(parts)})"
