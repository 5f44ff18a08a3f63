"""Facts that pass and facts that fail, one table per list of edit checks: check id → (passes, fails)."""

from typing import Any

Facts = dict[str, Any]
Table = dict[str, tuple[Facts, Facts]]
