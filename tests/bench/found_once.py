"""Whether every acknowledged save of a load is on record exactly once, with the value that was posted."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from tests.bench.load import Saved
from trial.models import SavedForm, Version

TABLES = {
    "assessments": ("trial_lesionreading", "longest_diameter_mm"),
    "adverse_event": ("trial_adverseevent", "attribution"),
    "hormone": ("trial_hormonelevel", "value"),
}


def problems(saved: Sequence[Saved]) -> list[str]:
    """In words, what is missing, doubled or another value; empty when each is found once."""
    twice = [token for token, times in Counter(each.token for each in saved).items() if times > 1]
    changes = {str(token): change for token, change in SavedForm.objects.filter(
        pk__in={each.token for each in saved}).values_list("pk", "change_id")}  # fmt: skip
    found = [f"{token} was acknowledged twice" for token in twice]
    found += [f"Change {change} is of two forms" for change, times in Counter(changes.values()).items() if times > 1]
    versions: dict[int, list[tuple[str, int, dict[str, object]]]] = {}
    written = Version.objects.filter(change_id__in=changes.values())
    for change, table, row_id, row in written.values_list("change_id", "table_name", "row_id", "row"):
        versions.setdefault(change, []).append((table, row_id, row))
    for each in saved:
        if each.token not in changes:
            found.append(f"{each.path}: an acknowledged save is not on record")
        elif (times := _times(each, versions.get(changes[each.token], []))) != 1:
            found.append(f"{each.path}: {each.name} = {each.value} is {times} times in Change {changes[each.token]}")
    return found


def _times(saved: Saved, versions: Sequence[tuple[str, int, dict[str, object]]]) -> int:
    kind, row_id = saved.path.split("/")[3:5]
    table, column = TABLES[kind]
    own = [row for of, key, row in versions if of == table and (kind == "assessments" or key == int(row_id))]
    if kind == "assessments":
        lesion = int(saved.name.removeprefix("lesion").partition("-")[0])
        own = [row for row in own if row["lesion_id"] == lesion]
    return sum(row[column] is not None and Decimal(str(row[column])) == Decimal(saved.value) for row in own)
