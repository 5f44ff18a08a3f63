"""The data of a site or of the study as CSV files: the same tables and columns as an export of the record."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db.models import Q

from capture.exchange import cells, dictionary
from capture.exchange.data_sets import DataSet, every
from capture.exchange.export import FORMS, ROWS_AT_A_TIME, Listed, listed, write_csv
from trial import models
from trial.models import Site


def files(folder: Path, site: Site | None) -> list[Listed]:
    """Writes a file for each table and the data dictionary; site None: of the study. Inside one moment."""
    folder.mkdir()
    if site is None:
        return FORMS["csv"](folder, lambda words: None)
    found = [_file(folder, each, condition) for each in every() if (condition := of_site(each, site)) is not None]
    count = write_csv(folder / "data_dictionary.csv", dictionary.HEADER, dictionary.rows())
    return [*found, listed(folder / "data_dictionary.csv", "", "Data dictionary", count)]


def of_site(data_set: DataSet, site: Site) -> Q | None:
    """Which rows of a table are the site's; None for a table that belongs to no site."""
    if data_set.model is models.Hold:
        return Q(participant__site=site) | Q(site=site) | Q(scope="study")
    if data_set.to_participant:
        return Q(**{"site" if data_set.to_participant == "self" else f"{data_set.to_participant}__site": site})
    if data_set.model is Site:
        return Q(pk=site.pk)
    has_site = any(field.name == "site" for field in data_set.model._meta.concrete_fields)
    return Q(site=site) if has_site else None


def _file(folder: Path, data_set: DataSet, condition: Q) -> Listed:
    path = folder / f"{data_set.name}.csv"
    count = write_csv(path, [column.name for column in data_set.columns], _rows(data_set, condition))
    return listed(path, "", data_set.title, count)


def _rows(data_set: DataSet, condition: Q) -> Iterator[list[str]]:
    paths = [column.path for column in data_set.columns]
    rows: Any = data_set.rows.filter(condition).values_list(*paths)
    for row in rows.iterator(chunk_size=ROWS_AT_A_TIME):
        yield [cells.csv_cell(value) for value in row]
