"""Search over CTCAE 3.0 by the words that sites use: parts of words, in any order, American or British. PURE.

`synonyms.csv`, one everyday word or phrase a line: words, term, select (empty: every select of the term). Where several
terms share the same words, the order of the file is the order in which they are listed.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path

from trial.protocol.ctcae_v3 import Match, reportable

_PLACE = Path(__file__).with_name("synonyms.csv")
# As many as there are “other (specify)” terms, so that typing “other” lists them all.
LIMIT = 30
# Not compared, where other words remain.
FILLERS = frozenset({"and", "in", "level", "of", "on", "the", "to", "value", "with"})
DIRECTIONS = {
    "decrease": "low", "decreased": "low", "reduced": "low", "reduction": "low",
    "elevated": "high", "elevation": "high", "increase": "high", "increased": "high", "raised": "high",
}  # fmt: skip
_GRADE = re.compile(r"\b(ctcae )?grade [1-5]\b")
# The ranks of a label and of a synonym by themselves.
_WHOLE_NAME = 1
Rank = tuple[int, ...]


@dataclass(frozen=True)
class Synonym:
    """One line of the table: everyday words for a term, or for one select of it."""

    words: str
    term: str
    select: str


@dataclass(frozen=True)
class _Entry:
    """A reportable row with the words that find it; phrases: (line of the table, its words)."""

    match: Match
    label: tuple[str, ...]
    phrases: tuple[tuple[int, frozenset[str]], ...]
    words: frozenset[str]


@dataclass(frozen=True)
class _Typed:
    """One typed word as it is compared; meant: the words of the dictionary that begin with it."""

    word: str
    meant: frozenset[str]


@lru_cache(maxsize=1)
def synonyms() -> tuple[Synonym, ...]:
    """The table, in its order."""
    with _PLACE.open(encoding="utf-8", newline="") as file:
        return tuple(Synonym(**row) for row in csv.DictReader(file))


def search(query: str, limit: int = LIMIT) -> list[Match]:
    """Rows that hold every typed word or a synonym of it, the best first; none for an empty query.

    A typed word may be the beginning of a word; only where that finds nothing, any part of it.
    """
    typed = _typed(query)
    if not typed:
        return []
    for rank in (_rank, _rank_of_part):
        ranked = [(place, entry.match) for entry in _entries() if (place := rank(entry, typed)) is not None]
        if ranked:
            return [match for _, match in sorted(ranked, key=lambda pair: pair[0])[:limit]]
    return []


@lru_cache(maxsize=1024)
def named(words: str) -> Match | None:
    """The row whose name, or one synonym of it, these words are, a grade beside them left aside; None: none is.

    Stricter than `search`: words that are only a part of a name are not read as it.
    """
    typed = _typed(_GRADE.sub(" ", words.lower()))
    ranked = [(place, entry.match) for entry in _entries() if typed and (place := _rank(entry, typed)) is not None]
    best = min(ranked, key=lambda pair: pair[0], default=None)
    return best[1] if best is not None and best[0][0] <= _WHOLE_NAME else None


def _rank(entry: _Entry, typed: Sequence[_Typed]) -> Rank | None:
    """Smaller is better: the label itself, a synonym itself, words of the label, of one synonym, of any text."""
    if not _all_in(typed, entry.words):
        return None
    words = {each.word for each in typed}
    if words == set(entry.label):
        return (0,)
    same = [line for line, phrase in entry.phrases if phrase == words]
    if same:
        return 1, same[0]
    if _all_in(typed, entry.label):
        return 2, not words <= set(entry.label), entry.label[0] not in typed[0].meant, len(entry.label)
    begun = [line for line, phrase in entry.phrases if _all_in(typed, phrase)]
    return (3, begun[0]) if begun else (4, len(entry.label))


def _rank_of_part(entry: _Entry, typed: Sequence[_Typed]) -> Rank | None:
    everything = " ".join(chain(entry.label, entry.words))
    return (len(entry.label),) if all(each.word in everything for each in typed) else None


def _all_in(typed: Iterable[_Typed], words: Iterable[str]) -> bool:
    return not any(each.meant.isdisjoint(words) for each in typed)


@lru_cache(maxsize=1)
def _entries() -> tuple[_Entry, ...]:
    by_row: dict[tuple[str, str], list[tuple[int, frozenset[str]]]] = {}
    for line, synonym in enumerate(synonyms()):
        by_row.setdefault((synonym.term, synonym.select), []).append((line, frozenset(_words(synonym.words))))
    return tuple(_entry(match, by_row) for match in reportable())


def _entry(match: Match, by_row: dict[tuple[str, str], list[tuple[int, frozenset[str]]]]) -> _Entry:
    term, select = match.term, match.select
    phrases = sorted(by_row.get((term.code, ""), []) + (by_row.get((term.code, select.code), []) if select else []))
    label = tuple(_words(match.words))
    words = frozenset(chain(label, _words(f"{term.name} {term.category}"), *(phrase for _, phrase in phrases)))
    return _Entry(match, label, tuple(phrases), words)


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    return frozenset().union(*(entry.words for entry in _entries()))


def _typed(query: str) -> tuple[_Typed, ...]:
    """The typed words; as one word where only that exists, so that “heart burn” finds heartburn."""
    words = tuple(_read(word) for word in _words(query))
    if len(words) > 1 and not all(each.meant for each in words):
        joined = _read("".join(each.word for each in words))
        return (joined,) if joined.meant else words
    return words


def _read(word: str) -> _Typed:
    beginnings = tuple(_beginnings(word))
    return _Typed(DIRECTIONS.get(word, word), frozenset(each for each in _vocabulary() if each.startswith(beginnings)))


def _beginnings(word: str) -> list[str]:
    """The word, the direction that it begins, and with an “e” added where it may end inside a British “ae” or “oe”."""
    found = [word]
    if len(word) >= 4:
        found += {DIRECTIONS[each] for each in DIRECTIONS if each.startswith(word)}
        found += [_folded(f"{word}e")] if word[-1] in "ao" else []
    return found


def _words(text: str) -> list[str]:
    """The words of a text as they are compared, without fillers unless there is nothing else."""
    words = [_folded(word) for word in re.split(r"[^a-z0-9]+", text.lower()) if word]
    return [word for word in words if word not in FILLERS] or words


def _folded(word: str) -> str:
    """One spelling for British and American, one form for singular and plural; not a word to show."""
    word = word.replace("ae", "e").replace("oe", "e").replace("leuco", "leuko")
    if word.endswith("ies") and len(word) > 4:
        word = f"{word[:-3]}y"
    elif word.endswith(("shes", "ches", "xes", "sses")):
        word = word[:-2]
    elif word.endswith("s") and len(word) > 3 and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return re.sub(r"our$", "or", word)
