"""What every text that a program sends in a body is held to, before anything asks the database."""

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from trial.rules.typed_text import unreadable


def _readable(text: str) -> str:
    """The text; an error in words (422) where it holds what no database keeps. Forms: `ReadableForm`."""
    if refusal := unreadable(text):
        raise PydanticCustomError("unreadable", "{refusal}", {"refusal": refusal})
    return text


READABLE = AfterValidator(_readable)
