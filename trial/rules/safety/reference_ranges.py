"""Which limits of normal of a laboratory apply to a sample: by analyte, sex, age and day. PURE.

The newest range in use on the day applies; of several that began on one day the narrowest: of one sex before both, of
fewer years of age before more. A range of an age applies only where the participant surely is of it [our reading].
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from trial.rules.dates.partial_date import PartialDate, ages_on

OLDEST = 200


@dataclass(frozen=True)
class ReferenceRange:
    """Limits of normal of one analyte in one unit. sex: empty, both; ages in whole years, both included."""

    analyte: str
    unit: str
    lower_limit: Decimal | None
    upper_limit: Decimal | None
    from_on: date
    sex: str = ""
    age_from: int = 0
    age_to: int | None = None

    @property
    def is_of_an_age(self) -> bool:
        """Whether it does not hold at every age."""
        return self.age_from > 0 or self.age_to is not None

    def applies(self, sex: str, ages: tuple[int, int] | None, on: date) -> bool:
        """Whether it holds for somebody of this sex, whose age is one of these (None: not known), on the day."""
        if self.from_on > on or self.sex not in ("", sex):
            return False
        if not self.is_of_an_age:
            return True
        return (
            ages is not None
            and self.age_from <= ages[0]
            and ages[1] <= (OLDEST if self.age_to is None else self.age_to)
        )

    @property
    def _oldest(self) -> int:
        return OLDEST if self.age_to is None else self.age_to

    @property
    def _rank(self) -> tuple[date, bool, int]:
        return self.from_on, self.sex != "", self.age_from - self._oldest


def ranges_for(
    ranges: Iterable[ReferenceRange], sex: str, born_on: PartialDate | None, on: date
) -> Mapping[str, ReferenceRange]:
    """Analyte → the range that applies; analytes without one are left out."""
    ages = ages_on(born_on, on) if born_on is not None else None
    found = dict[str, ReferenceRange]()
    for each in ranges:
        if each.applies(sex, ages, on) and (each.analyte not in found or each._rank >= found[each.analyte]._rank):
            found[each.analyte] = each
    return found
