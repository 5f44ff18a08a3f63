"""When a number of further registrations is reached, against R and against counts of how many come in that time."""

from math import comb

import pytest

from analysis.statistics.projection import days_until

# R 4.2.2: x <- qbeta(share, more, seen); days * x / (1 - x).
BY_R = [
    (42, 7, 183, 0.1, 692.179997782),
    (42, 7, 183, 0.5, 1143.22414229),
    (42, 7, 183, 0.9, 2021.08825189),
    (1, 1, 30, 0.5, 30.0),
]


@pytest.mark.parametrize(("more", "seen", "in_days", "share", "days"), BY_R)
def test_days_equal_r(more: int, seen: int, in_days: int, share: float, days: float) -> None:
    assert days_until(more, seen, in_days, share) == pytest.approx(days, rel=1e-9)


@pytest.mark.parametrize(("more", "seen", "in_days", "share"), [(5, 3, 90, 0.1), (12, 20, 183, 0.5), (3, 8, 45, 0.9)])
def test_in_that_time_so_many_come_with_that_probability(more: int, seen: int, in_days: int, share: float) -> None:
    """Of a gamma distributed rate the number in some days is negative binomial: summed up to one fewer."""
    ahead = days_until(more, seen, in_days, share)
    stay = in_days / (in_days + ahead)
    fewer = sum(comb(seen + count - 1, count) * stay**seen * (1 - stay) ** count for count in range(more))
    assert 1 - fewer == pytest.approx(share)


@pytest.mark.parametrize(("more", "seen", "in_days"), [(0, 3, 10), (3, 0, 10), (3, 3, 0)])
def test_nothing_is_projected_from_nothing(more: int, seen: int, in_days: int) -> None:
    with pytest.raises(ValueError, match="project nothing"):
        days_until(more, seen, in_days, 0.5)
