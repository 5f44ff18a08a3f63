"""The choices an analysis is run with; every one of them is shown on the page and in the output. PURE."""

from dataclasses import asdict, dataclass
from hashlib import sha256

from trial import protocol

ENGINE = "1"


@dataclass(frozen=True)
class AnalysisSettings:
    """Defaults are the constants of `trial.protocol`, which name their source."""

    confirmation_days: int = protocol.constant("confirmation_days")
    not_evaluated_between: int = protocol.constant("not_evaluated_between")
    stable_between: int = protocol.constant("stable_between")
    response_after_complete_counts: bool = True
    stable_minimum_days: int = protocol.constant("stable_minimum_days")
    confidence: float = 0.95
    interval_rule: str = "crow"

    def as_dict(self) -> dict[str, object]:
        """Name → value, for output."""
        return asdict(self)

    def version(self) -> str:
        """A short fingerprint that changes with any setting."""
        return sha256(repr(sorted(self.as_dict().items())).encode()).hexdigest()[:12]
