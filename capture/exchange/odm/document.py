"""An ODM file: its root, the definition of the study, users and sites, then the data."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from django.db import connection

from capture.exchange.odm import metadata
from capture.exchange.odm.xml_writer import XmlWriter
from trial.api.moments import WrongMoment, change_at
from trial.models import Change, DataCut, Participant, Site
from trial.models.audit import last_change
from trial.operations.exports import Asked
from trial.refused import Refused
from trial.runtime.program import PROGRAM


class Moment(NamedTuple):
    """The newest change that is known, when it was made, and whose data: of a site (its id and code; None: all)."""

    change: int
    at: datetime
    site: int | None
    code: str = ""


def moment_of(asked: Asked) -> Moment:
    """What was asked for. Raises Refused for what does not exist, and for data cuts by clinical dates."""
    change = last_change()
    if asked.cut:
        cut = DataCut.objects.filter(name=asked.cut).first()
        if cut is None or asked.as_of:
            raise Refused(f"There is no data cut named “{asked.cut}”." if cut is None else
                          "Name a data cut or a moment, not both.")  # fmt: skip
        if cut.cutoff is not None:
            raise Refused(f"The data cut “{asked.cut}” has a clinical cut-off, and ODM holds everything recorded. "
                          f"Ask for change {cut.as_of_change} instead.")  # fmt: skip
        change = cut.as_of_change
    elif asked.as_of:
        try:
            change = change_at(asked.as_of)
        except WrongMoment as refusal:
            raise Refused(str(refusal)) from None
    at = Change.objects.filter(pk=change).values_list("at", flat=True).first()
    if at is None:
        raise Refused("Nothing is recorded yet.")
    site = Site.objects.filter(code=asked.site).values_list("id", flat=True).first() if asked.site else None
    if asked.site and site is None:
        raise Refused(f"There is no site {asked.site}.")
    return Moment(change, at, site, asked.site)


def subjects_at(change: int) -> dict[int, str]:
    """Participant → study number, before registration the screening number; as of a change, in order of screening."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT ON (row_id) (row->>'screening_number')::int, row_id, row->>'number' FROM trial_version
            WHERE table_name = %s AND change_id <= %s ORDER BY row_id, change_id DESC, id DESC""",
            [Participant._meta.db_table, change],
        )
        return {row: number or f"S-{screening:04d}" for screening, row, number in sorted(cursor.fetchall())}


@contextmanager
def opened(path: Path, moment: Moment, kind: str) -> Iterator[XmlWriter]:
    """A file of this kind (`Snapshot` or `Transactional`) that holds everything but the data, which come next."""
    at = moment.at.astimezone(UTC).isoformat()
    program, version = PROGRAM.split(" ", 1)
    oid = ".".join(filter(None, (metadata.STUDY, moment.code, kind, str(moment.change))))
    with path.open("w", encoding="utf-8", newline="\n") as file:
        xml = XmlWriter(file)
        with xml.element(
            "ODM", xmlns=metadata.NAMESPACE, xmlns_ep=metadata.OWN_NAMESPACE, ODMVersion=metadata.VERSION,
            FileType=kind, FileOID=oid, CreationDateTime=at, AsOfDateTime=at,
            Originator=program, SourceSystem=program, SourceSystemVersion=version,
        ):  # fmt: skip
            metadata.write_study(xml)
            metadata.write_admin(xml, moment.change, moment.site)
            yield xml
