"""What the Status page says of one part."""

from analysis.views import status as status_page


def on_the_page(part: str) -> tuple[bool | None, str]:
    """Good or not (None: nothing to judge), and the words."""
    return next((line.is_good, line.words) for line in status_page.lines() if line.part == part)
