"""What a page does with a save: it happened, or these words say why it did not, and nothing typed is lost."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from capture import checks, history
from capture.services.entries import EditedMeanwhile
from trial import changes

ACKNOWLEDGES = "acknowledge_"


@dataclass(frozen=True)
class Look:
    """A soft check that wants a second look; `because` is the reason given so far."""

    check: checks.Check
    because: str

    @property
    def name(self) -> str:
        """The name of the box for the reason."""
        return f"{ACKNOWLEDGES}{self.check.id}"


@dataclass(frozen=True)
class Refusal:
    """Why a save did not happen; `context` goes to the page, `status` to the browser."""

    reasons: tuple[str, ...] = ()
    second_look: tuple[Look, ...] = ()
    meanwhile: list[history.Entry] = field(default_factory=list)

    @property
    def status(self) -> int:
        """409 when somebody else saved meanwhile, else 422."""
        return 409 if self.meanwhile else 422

    @property
    def context(self) -> dict[str, Any]:
        """For the templates `_reasons.html`, `_second_look.html` and `_meanwhile.html`."""
        return {"reasons": self.reasons, "second_look": self.second_look, "meanwhile": self.meanwhile}


def acknowledged(request: HttpRequest) -> dict[str, str]:
    """Check id → reason, as typed on the page."""
    given = ((name, str(value).strip()[:300]) for name, value in request.POST.items())
    return {name.removeprefix(ACKNOWLEDGES): value for name, value in given if name.startswith(ACKNOWLEDGES)}


def looks(soft: Mapping[str, str], found: tuple[checks.Check, ...]) -> tuple[Look, ...]:
    """The soft checks with the reasons given so far."""
    return tuple(Look(check, soft.get(check.id, "")) for check in found)


def attempt(request: HttpRequest, save: Callable[[], Any]) -> Refusal | None:
    """Runs the save; None when it happened. What the protocol, the record or another writer refused comes in words."""
    try:
        save()
    except checks.SecondLook as caught:
        return Refusal(second_look=looks(acknowledged(request), caught.failures))
    except checks.Refused as caught:
        return Refusal(reasons=tuple(check.words for check in caught.failures))
    except EditedMeanwhile as caught:
        return Refusal(meanwhile=caught.entries)
    except (changes.RecordBusy, changes.ReasonMissing) as caught:
        return Refusal(reasons=(str(caught),))
    return None


def opened_at(request: HttpRequest) -> int | None:
    """The Change that the page showed when it was opened; None when it does not say."""
    given = request.POST.get("opened_at", "")
    return int(given) if given.isdigit() and len(given) < 18 else None
