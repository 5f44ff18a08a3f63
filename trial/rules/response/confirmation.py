"""Confirmed response: CR or PR seen again on scans at least 4 weeks later [registry]. PURE."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from trial.rules.dates.partial_date import shown
from trial.rules.response.recist import Response

RESPONSES = (Response.CR, Response.PR)


@dataclass(frozen=True)
class ConfirmationSettings:
    """Choices of the rule; defaults are the protocol's readings."""

    days: int = 28
    not_evaluated_between: int = 1
    stable_between: int = 0
    response_after_complete_counts: bool = True


@dataclass(frozen=True)
class DatedResponse:
    """The overall response of one assessment and the date of its last scan."""

    response: Response
    on: date


@dataclass(frozen=True)
class Confirmed:
    """A confirmed response, dated at the first of the two assessments."""

    response: Response
    first: DatedResponse
    confirming: DatedResponse
    because: str


def confirmed_response(
    outcomes: Sequence[DatedResponse],
    settings: ConfirmationSettings = ConfirmationSettings(),
    new_therapy_on: date | None = None,
    until: date | None = None,
) -> Confirmed | None:
    """The best confirmed response up to and including the first PD and before new therapy; CR before PR.

    until: the last day on which it may be first seen (None: any); its confirmation may come later.
    """
    considered = usable(outcomes, new_therapy_on)
    for wanted in RESPONSES:
        for index in _first_seen(considered, until):
            if found := _confirm(considered, index, wanted, settings):
                return found
    return None


def response_began_on(
    outcomes: Sequence[DatedResponse],
    settings: ConfirmationSettings = ConfirmationSettings(),
    new_therapy_on: date | None = None,
    until: date | None = None,
) -> date | None:
    """The first CR or PR, whichever came first, of the earliest pair that confirms; None without such a pair."""
    considered = usable(outcomes, new_therapy_on)
    places = _first_seen(considered, until)
    pairs = (_confirm(considered, index, wanted, settings) for index in places for wanted in RESPONSES)
    return next((found.first.on for found in pairs if found), None)


def _first_seen(outcomes: Sequence[DatedResponse], until: date | None) -> list[int]:
    """The places of the outcomes at which a response may be first seen."""
    return [index for index, each in enumerate(outcomes) if until is None or each.on <= until]


def may_still_be_confirmed(
    outcomes: Sequence[DatedResponse], wanted: Response, settings: ConfirmationSettings = ConfirmationSettings(),
    until: date | None = None,
) -> DatedResponse | None:  # fmt: skip
    """The earliest response, as good as `wanted`, that no assessment late enough has decided; None without one.

    outcomes: those that count (`usable`). What came after it must be allowed between the two scans.
    """
    accepted = (Response.CR,) if wanted == Response.CR else RESPONSES
    for index in _first_seen(outcomes, until):
        first, later = outcomes[index], list(outcomes[index + 1 :])
        decided = any((each.on - first.on).days >= settings.days and each.response in accepted for each in later)
        if first.response in accepted and not decided and _between_allowed(later, accepted, settings):
            return first
    return None


def usable(outcomes: Sequence[DatedResponse], new_therapy_on: date | None) -> list[DatedResponse]:
    """The assessments that count for response: up to and including the first PD, before new anticancer therapy.

    A PD of the very day of the new therapy counts: it is what the therapy follows.
    """
    found = []
    for each in outcomes:
        first_day_out = None if new_therapy_on is None else new_therapy_on + timedelta(each.response == Response.PD)
        if first_day_out is not None and each.on >= first_day_out:
            break
        found.append(each)
        if each.response == Response.PD:
            break
    return found


def _confirm(
    outcomes: list[DatedResponse], index: int, wanted: Response, settings: ConfirmationSettings
) -> Confirmed | None:
    """Tries the first assessment far enough after `index` that responds; if it fails no later one is tried."""
    first = outcomes[index]
    accepted = (Response.CR,) if wanted == Response.CR else RESPONSES
    if first.response not in accepted:
        return None
    for place in range(index + 1, len(outcomes)):
        later = outcomes[place]
        if (later.on - first.on).days < settings.days or later.response not in accepted:
            continue
        between = outcomes[index + 1 : place]
        if not _between_allowed(between, accepted, settings) or not _order_allowed(first, later, between, settings):
            return None
        days = (later.on - first.on).days
        words = f"{first.response.value} on {shown(first.on)}, seen again {days} days later on {shown(later.on)}"
        return Confirmed(wanted, first, later, words)
    return None


def _between_allowed(
    between: list[DatedResponse], accepted: tuple[Response, ...], settings: ConfirmationSettings
) -> bool:
    others = [each.response for each in between if each.response not in accepted]
    return (
        others.count(Response.NE) <= settings.not_evaluated_between
        and others.count(Response.SD) <= (settings.stable_between if Response.PR in accepted else 0)
        and all(each in {Response.NE, Response.SD} for each in others)
    )


def _order_allowed(
    first: DatedResponse, later: DatedResponse, between: list[DatedResponse], settings: ConfirmationSettings
) -> bool:
    """The strict reading: a PR after a CR breaks the pair."""
    if settings.response_after_complete_counts:
        return True
    seen_complete = False
    for each in (first, *between, later):
        if seen_complete and each.response == Response.PR:
            return False
        seen_complete = seen_complete or each.response == Response.CR
    return True
