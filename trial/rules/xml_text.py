"""What no XML 1.0 document can hold, not even escaped; the database can. PURE."""

import re

NEVER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def can_hold(text: str) -> bool:
    """Whether XML can hold the text as it is."""
    return NEVER.search(text) is None


def held(text: str) -> str:
    """The text with a replacement character for each that XML cannot hold."""
    return NEVER.sub("\ufffd", text)
