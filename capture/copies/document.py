"""What a copy says, before it is drawn as PDF or as a page: sections of facts, tables, words and acts."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Facts:
    """Names with their values, in words."""

    pairs: tuple[tuple[str, str], ...]
    kind = "facts"


@dataclass(frozen=True)
class Table:
    """A head and rows of words; a row whose place is in `struck` was struck out."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    struck: frozenset[int] = frozenset()
    kind = "table"


@dataclass(frozen=True)
class Words:
    """A paragraph; mark: empty, "strong", "struck" or "quiet"."""

    words: str
    mark: str = ""
    kind = "words"


@dataclass(frozen=True)
class Act:
    """Something that somebody did at some moment, and what it did, line by line."""

    head: str
    lines: tuple[str, ...] = ()
    kind = "act"


Block = Facts | Table | Words | Act


@dataclass(frozen=True)
class Section:
    """A heading with what stands below it, and the sections below that; `anchor` names it within its document."""

    title: str
    blocks: tuple[Block, ...] = ()
    parts: tuple["Section", ...] = ()
    anchor: str = ""


@dataclass(frozen=True)
class Document:
    """A whole copy of a casebook. foot: what each sheet of paper says of itself."""

    title: str
    subtitle: str
    foot: str
    cover: tuple[Block, ...]
    sections: tuple[Section, ...] = field(default=())
