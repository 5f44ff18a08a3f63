"""Who could do what on a past day, rebuilt from the versions of accounts, sites and delegations."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from trial.models import Change, Delegation, Person, Role, Site
from trial.models.audit import Version
from trial.record import access
from trial.rules.dates.partial_date import shown


@dataclass(frozen=True)
class Right:
    """One account as it stood: role, whether it could sign in, its sites, and where it could sign and from when."""

    username: str
    full_name: str
    role: str
    is_active: bool
    sites: tuple[str, ...]
    signs_for: tuple[str, ...]

    @property
    def role_in_words(self) -> str:
        """The role as it is shown."""
        return str(Role(self.role).label)


def newest_change_on(day: date) -> int:
    """The last Change up to the end of the day (UTC); 0 when there was none."""
    end = datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC)
    return Change.objects.filter(at__lt=end).order_by("-id").values_list("id", flat=True).first() or 0


def access_rights(day: date) -> list[Right]:
    """Every account known at the end of the day, in order of username."""
    change = newest_change_on(day)
    sites = {row["id"]: row["code"] for row in _rows_as_of(Site, change)}
    delegations = [row for row in _rows_as_of(Delegation, change) if _covers(row, day)]
    rights = [_right(row, sites, delegations) for row in _rows_as_of(Person, change)]
    return sorted(rights, key=lambda right: right.username)


def _rows_as_of(model: Any, change: int) -> list[dict[str, Any]]:
    newest = (
        Version.objects.filter(table_name=model._meta.db_table, change_id__lte=change)
        .order_by("row_id", "-change_id", "-id")
        .distinct("row_id")
    )
    return [row for row in newest.values_list("row", flat=True) if not row.get("struck_out_reason")]


def _covers(row: dict[str, Any], day: date) -> bool:
    return row["from_on"] <= day.isoformat() <= (row["to_on"] or "9999-12-31")


def _right(row: dict[str, Any], sites: dict[int, str], delegations: list[dict[str, Any]]) -> Right:
    ours = [each for each in delegations if each["person_id"] == row["id"]]
    return Right(
        username=row["username"],
        full_name=row["full_name"],
        role=row["role"],
        is_active=row["is_active"],
        sites=("All sites",) if _has_all(row) else tuple(sorted(sites[key] for key in row["sites"])),
        signs_for=tuple(f"{sites[each['site_id']]} ({_span(each)})" for each in ours),
    )


def _has_all(row: dict[str, Any]) -> bool:
    """Before it was stated, a monitor without sites had all of them."""
    stated = row.get("all_sites", not row["sites"])
    return row["role"] in access.EVERY_SITE or (row["role"] == Role.MONITOR and stated)


def _span(row: dict[str, Any]) -> str:
    first = shown(date.fromisoformat(row["from_on"]))
    return f"{first} to {shown(date.fromisoformat(row['to_on']))}" if row["to_on"] else f"from {first}"
