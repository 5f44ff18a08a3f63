"""Questions to the database that are asked again and again: their SQL made once, several of them in one message."""

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any, NamedTuple, cast
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet


class Shape:
    """A question that is asked again and again with other values: the ORM makes its SQL once, not each time.

    make: values → rows. Values are whole numbers, texts or UUIDs that stand in conditions as they are.
    """

    def __init__(self, make: Callable[..., QuerySet[Any, Any]]) -> None:
        self.make = make
        self._made: tuple[QuerySet[Any, Any], Any, str, list[Any]] | None = None

    def __call__(self, *values: int | str | UUID) -> "Answer":
        """Nothing is asked yet."""
        return Answer(self, values)

    def made(self, values: Sequence[Any]) -> tuple[QuerySet[Any, Any], Any, str, list[Any]]:
        """The rows, the compiler, its SQL, and of each parameter the place of the value or itself, as it stands."""
        if self._made is None:
            stand_ins = [_STAND_INS[type(value)](place) for place, value in enumerate(values)]
            asked = self.make(*stand_ins)
            compiler = asked.query.get_compiler(asked.db)
            sql, parameters = compiler.as_sql()
            places = [_Place(stand_ins.index(each)) if each in stand_ins else each for each in parameters]
            if {each.value for each in places if isinstance(each, _Place)} != set(range(len(values))):
                raise ValueError("Each value of a shape stands in its SQL as it is.")
            self._made = (asked, compiler, sql, places)
        return self._made


class _Place(NamedTuple):
    value: int


_STAND_INS: dict[type, Callable[[int], Any]] = {
    int: lambda place: 2**62 + place,
    str: lambda place: f"value {place} of a shape",
    UUID: lambda place: UUID(int=place),
}


class Answer(Sequence[Any]):
    """The rows of a shape for these values; asked at the first look at one, unless `at_once` has asked before."""

    def __init__(self, shape: Shape, values: Sequence[Any]) -> None:
        self.shape, self.values = shape, values
        self._rows: list[Any] | None = None

    def __getitem__(self, place: Any) -> Any:
        return self._read()[place]

    def __len__(self) -> int:
        return len(self._read())

    def first(self) -> Any:
        """The first row; None where there is none."""
        return next(iter(self), None)

    def _read(self) -> list[Any]:
        if self._rows is None:
            at_once(self)
        return cast(list[Any], self._rows)

    def sql(self) -> tuple[str, list[Any]] | None:
        """SQL and parameters; None when it was asked before."""
        if self._rows is not None:
            return None
        _, _, sql, places = self.shape.made(self.values)
        return sql, [self.values[each.value] if isinstance(each, _Place) else each for each in places]

    def take(self, answer: list[Any]) -> None:
        """Lets Django make of the answer what it makes of its own. The compiler is shared: other threads use it too."""
        asked, compiler, _, _ = self.shape.made(self.values)
        own, query, rows = copy(compiler), copy(asked.query), object.__new__(type(asked))
        own.execute_sql = lambda *_, **__: [answer]
        query.get_compiler = lambda *_, **__: own  # type: ignore[method-assign]
        rows.__dict__ |= asked.__dict__ | {"_query": query}
        self._rows = list(rows._iterable_class(rows))  # type: ignore[attr-defined]


class _Asked:
    """Rows of the ORM in the place of an answer."""

    def __init__(self, rows: QuerySet[Any, Any]) -> None:
        self.rows, self.query = rows, rows.query.chain()
        self.compiler = self.query.get_compiler(rows.db)

    def sql(self) -> tuple[str, list[Any]] | None:
        try:
            sql, parameters = self.compiler.as_sql()
        except EmptyResultSet:
            self.rows._result_cache = []
        return None if self.rows._result_cache is not None else (sql, list(parameters))

    def take(self, answer: list[Any]) -> None:
        self.compiler.execute_sql = lambda *_, **__: [answer]
        self.query.get_compiler = lambda *_, **__: self.compiler
        of_answer = self.rows._chain()
        of_answer.query = self.query
        self.rows._result_cache = list(self.rows._iterable_class(of_answer))


Asked = QuerySet[Any, Any] | Answer


def at_once(*asked: Asked, first: tuple[str, Sequence[Any]] | None = None) -> list[list[Any]]:
    """Reads these in one message to the database and one answer; each is afterwards as if it had been read by itself.

    first: SQL and parameters that go before them in the same message; returns what its statements answer. What was
    read already stays. A round trip costs more than most of what a page asks.
    """
    each = [one if isinstance(one, Answer) else _Asked(one) for one in asked]
    waiting = [(one, *made) for one in each if (made := one.sql()) is not None]
    if not waiting and first is None:
        return []
    texts, parameters = [sql for _, sql, _ in waiting], [value for *_, own in waiting for value in own]
    if first is not None:
        texts, parameters = [first[0], *texts], [*first[1], *parameters]
    answers = []
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("; ".join(texts), parameters)
        while True:
            if cursor.description is not None:
                answers.append(cursor.fetchall())
            if not cursor.nextset():
                break
    beside = len(answers) - len(waiting)
    for (one, *_), answer in zip(waiting, answers[beside:], strict=True):
        one.take(answer)
    return answers[:beside]
