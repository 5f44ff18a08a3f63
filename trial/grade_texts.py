"""What each grade of a term means: the NCI's text where the site has loaded it, else our own short words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from trial.ctcae_v3 import Match, grades_of
from trial.ctcae_v3.criteria import words_of
from trial.models import GradeText

NCI, OURS, NONE = "Text of the NCI", "In short, in our words", ""
Key = tuple[str, str]


@dataclass(frozen=True)
class Criteria:
    """The grades that a term has, each with its words (empty where there are none), and whose words they are."""

    source: str
    grades: tuple[tuple[int, str], ...]

    @property
    def digits(self) -> str:
        """The grades that exist, as in `1235`."""
        return "".join(str(grade) for grade, _ in self.grades)


def criteria_of(term: str, select: str = "") -> Criteria | None:
    """For one term with its select; None when the dictionary does not have it."""
    try:
        return criteria_of_all([(term, select)])[0]
    except KeyError:
        return None


def criteria_of_matches(found: Sequence[Match]) -> list[tuple[Match, Criteria]]:
    """For what a search found; one query."""
    keys = [(each.term.code, each.select.code if each.select else "") for each in found]
    return list(zip(found, criteria_of_all(keys), strict=True))


def criteria_of_all(keys: Sequence[Key]) -> list[Criteria]:
    """In the order of `keys` (term, select); KeyError for one that the dictionary does not have."""
    exist = [grades_of(term, select) for term, select in keys]
    loaded: dict[Key, dict[int, str]] = {}
    for row in GradeText.objects.filter(term__in={term for term, _ in keys}):
        loaded.setdefault((row.term, row.select), {})[row.grade] = row.words
    return [_criteria(key, grades, loaded.get(key)) for key, grades in zip(keys, exist, strict=True)]


def _criteria(key: Key, grades: tuple[int, ...], loaded: Mapping[int, str] | None) -> Criteria:
    words = loaded or words_of(*key)
    source = NCI if loaded else OURS if words else NONE
    return Criteria(source, tuple((grade, words.get(grade, "")) for grade in grades))


def load(texts: Mapping[Key, Mapping[int, str]]) -> int:
    """Puts these texts in place of all loaded before, together or not at all; returns how many."""
    rows = [GradeText(term=term, select=select, grade=grade, words=words)
            for (term, select), by_grade in texts.items() for grade, words in by_grade.items()]  # fmt: skip
    with transaction.atomic():
        GradeText.objects.all().delete()
        GradeText.objects.bulk_create(rows, batch_size=1000)
    return len(rows)
