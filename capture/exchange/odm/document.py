"""An ODM file: its root, the definition of the study, users and sites, then the data."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path

from django.db import connection

from capture.exchange.odm import metadata
from capture.exchange.odm.xml_writer import XmlWriter
from trial.models import Participant
from trial.operations.exports import Moment
from trial.runtime.program import PROGRAM


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
def opened(path: Path, moment: Moment, kind: str, writer: type[XmlWriter] = XmlWriter) -> Iterator[XmlWriter]:
    """A file of this kind (`Snapshot` or `Transactional`) that holds everything but the data, which come next."""
    at = moment.at.astimezone(UTC).isoformat()
    program, version = PROGRAM.split(" ", 1)
    parts = (metadata.STUDY, moment.site and moment.site.code, kind, writer.is_2 and writer.version, str(moment.change))
    with path.open("w", encoding="utf-8", newline="\n") as file:
        xml = writer(file)
        with xml.element(
            "ODM", xmlns=writer.namespace, xmlns_ep=None if writer.is_2 else metadata.OWN_NAMESPACE,
            ODMVersion=writer.version, FileType=kind, FileOID=".".join(filter(None, parts)), CreationDateTime=at,
            AsOfDateTime=at, Originator=program, SourceSystem=program, SourceSystemVersion=version,
        ):  # fmt: skip
            metadata.write_study(xml)
            metadata.write_admin(xml, moment.change, moment.site and moment.site.pk)
            yield xml
