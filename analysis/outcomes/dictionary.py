"""Names and categories of toxicity terms as the endpoints show them. PURE.

A term that the dictionary does not know keeps its own code and stands in a category of its own.
"""

from functools import lru_cache
from importlib import import_module
from typing import Any

NO_CATEGORY = "not in the dictionary"


@lru_cache(maxsize=1024)
def category_of(term: str) -> str:
    """The CTCAE 3.0 category of a term code."""
    try:
        return str(_dictionary().category_of(term))
    except (ImportError, KeyError):
        return NO_CATEGORY


@lru_cache(maxsize=4096)
def name_of(term: str, select: str = "", words: str = "") -> str:
    """The term as it is shown: its name, the select where it has one, the site's own words for "other" terms."""
    try:
        known = _dictionary().term(term)
    except (ImportError, KeyError):
        name, selects = term, {}
    else:
        name, selects = known.name, {option.code: option.words for option in known.selects}
    parts = [name, selects.get(select, select), words]
    return ": ".join(part for part in parts if part)


def _dictionary() -> Any:
    return import_module("trial.protocol.ctcae_v3")
