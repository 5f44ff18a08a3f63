"""Words of a list that is offered while they are typed: they are its codes; other words stay as typed. PURE."""

from collections.abc import Iterable, Mapping

OTHER = "OTHER"


def coded(typed: str | None, of: Mapping[str, str], several: bool = False) -> tuple[str, str]:
    """(terms, words of no list) of what was typed; a term of “OTHER” stands for words of no list, both empty for none.

    of: word of the list → its term. Only a whole word of the list is its code, whatever its case: nothing is guessed.
    several: words are parted by commas or semicolons, and the terms and the other words are joined by `; `.
    """
    pieces = (typed or "").replace(";", ",").split(",") if several else [typed or ""]
    terms, others = dict[str, None](), list[str]()
    by_word = {word.casefold(): term for word, term in of.items()}
    for piece in filter(None, map(str.strip, pieces)):
        term = by_word.get(piece.casefold())
        terms[term or OTHER] = None
        others += [] if term else [piece]
    return "; ".join(terms), "; ".join(others)


def in_list(words: Iterable[str]) -> dict[str, str]:
    """The terms of a list whose words are terms in capitals."""
    return {word: word.upper() for word in words}
