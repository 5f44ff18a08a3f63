"""Forms of the audit trail and of the journal of reading: their filters, and the monitor's review."""


from trial.drawing.form_layout import FilterForm, PageForm
from trial.record.typed_fields import choice, words

DAY = {"placeholder": "DD-MMM-YYYY", "size": 12}


class TrailFilter(FilterForm):
    """Which changes are listed; days are in UTC."""

    person = choice("User", ("", "All"), ("system", "The system"))
    from_on = words("From (UTC)", 40, **DAY)
    to_on = words("To (UTC)", 40, **DAY)
    site = choice("Site", ("", "All your sites"))
    participant = words("Participant", 40, placeholder="NET-001", size=10)
    table = choice("Form", ("", "All"))
    act = choice("Action", ("", "All"))
    since = words("After change", 40, inputmode="numeric", size=8)


class JournalFilter(FilterForm):
    """Which entries of the access log are listed; days are in UTC."""

    person = choice("User", ("", "All"), ("command_line", "The command line"))
    kind = choice("Action", ("", "All"))
    from_on = words("From (UTC)", 40, **DAY)
    to_on = words("To (UTC)", 40, **DAY)


class ReviewForm(PageForm):
    """What the review of the trail found."""

    words = words("Result of the review", 600, required=True, rows=2)

    def __init__(self, first: int, last: int, typed: str) -> None:
        super().__init__(initial={"words": typed}, auto_id="%s")
        self.fields["words"].label = f"Result of the review of changes {first} to {last}"
