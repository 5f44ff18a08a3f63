"""Names and categories of toxicity terms as the endpoints show them. PURE.

A term that the dictionary does not know keeps its own code and is in a category of its own.
"""

from functools import lru_cache

from trial.protocol import ctcae_v3

NO_CATEGORY = "not in the dictionary"


@lru_cache(maxsize=1024)
def category_of(term: str) -> str:
    """The CTCAE 3.0 category of a term code."""
    try:
        return str(ctcae_v3.category_of(term))
    except KeyError:
        return NO_CATEGORY


@lru_cache(maxsize=4096)
def name_of(term: str, select: str = "", words: str = "") -> str:
    """The term as it is shown: its name, the select where it has one, the site's own words for "other" terms."""
    try:
        known = ctcae_v3.term(term)
    except KeyError:
        return ": ".join(part for part in (term, select, words) if part)
    selects = {option.code: option.words for option in known.selects}
    return ": ".join(part for part in (known.name, selects.get(select, select), words) if part)
