"""At which site a row of a file was written: its days and times are by that site's clock, as on the pages."""

from contextlib import AbstractContextManager

from trial import clock
from trial.models import Participant, Site


class Sites:
    """The site of each participant, on record or named by the files; asked by screening number."""

    def __init__(self) -> None:
        self._by_code = {each.code: each for each in Site.objects.all()}
        self._of = dict(Participant.objects.values_list("screening_number", "site__code"))

    def name(self, screening_number: int, code: str) -> None:
        """A participant whom the files bring; what is on record stands."""
        self._of.setdefault(screening_number, code)

    def at(self, screening_number: int) -> AbstractContextManager[None]:
        """Meanwhile days and times are those of the participant's site; of UTC where the files name none."""
        return clock.at(self._by_code.get(self._of.get(screening_number, "")))
