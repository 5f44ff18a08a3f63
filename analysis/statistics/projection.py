"""When a number of further events is reached at an unknown rate. PURE (scipy is allowed here).

Events come at random at one rate, of which is known only how many came in how many days: the rate is then gamma
distributed (no weight beforehand), and the days until so many more are the days observed times a beta prime variable
(Gajewski BJ, Simon SD, Carlson SE, Stat Med 2008;27:2328-2340).
"""


def days_until(more: int, seen: int, in_days: float, share: float) -> float:
    """The days after which so many more have come with this probability. Raises ValueError for counts below 1."""
    from scipy.stats import beta

    if more < 1 or seen < 1 or in_days <= 0:
        raise ValueError(f"{seen} in {in_days} days project nothing for {more} more.")
    part = float(beta.ppf(share, more, seen))
    return in_days * part / (1 - part)
