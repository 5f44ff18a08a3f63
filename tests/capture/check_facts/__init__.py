"""Facts that pass and facts that fail, one table per list of edit checks: check id → (passes, fails)."""

from typing import Any

from tests.capture.check_facts import dosing, entries, events, scans

Facts = dict[str, Any]
TABLES: dict[str, dict[str, tuple[Facts, Facts]]] = {
    "cycle": dosing.CYCLE,
    "baseline": scans.BASELINE,
    "follow_up_scan": scans.FOLLOW_UP_SCAN,
    "adverse_event": events.ADVERSE_EVENT,
    "hormone": entries.HORMONE,
    "visit": entries.VISIT,
    "blood_pressure": entries.BLOOD_PRESSURE,
    "medication": entries.MEDICATION,
    "history": entries.HISTORY,
    "deviation": entries.DEVIATION,
    "off_treatment": events.OFF_TREATMENT,
    "follow_up": events.FOLLOW_UP,
    "death": events.DEATH,
    "withdrawal": events.WITHDRAWAL,
    "off_study": events.OFF_STUDY,
}
