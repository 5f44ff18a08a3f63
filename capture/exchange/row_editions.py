"""By which edition of its form a row of a file is read: the one the row names, else the one in force at its site."""

from capture.exchange import cells
from capture.exchange.data_sets import EDITION
from capture.exchange.files import FileRow
from trial import editions_in_force, form_editions
from trial.models import Participant, Site

_FORMS = {"cycles": "cycle"}


def form_of(row: FileRow) -> str:
    """The form of the casebook that the row is an entry of; empty for one that is none."""
    name = row.data_set.name
    if name == "assessments":
        return "baseline" if row.cells.get("kind") == "baseline" else "follow_up_scan"
    form = _FORMS.get(name, name)
    return form if form_editions.editions_of(form) else ""


class Editions:
    """The editions of the rows of one import; sites by screening number, from the record and from the files."""

    def __init__(self, registrations: list[FileRow]) -> None:
        self._sites = dict(Participant.objects.values_list("screening_number", "site_id"))
        self._codes = dict(Site.objects.values_list("code", "id"))
        self._given = {cells.screening_number(each.cells["screening_number"]): each.cells.get("site", "")
                       for each in registrations}  # fmt: skip
        self._in_force: dict[tuple[int, str], int] = {}

    def of(self, row: FileRow, screening_number: int) -> tuple[int | None, str]:
        """(edition, what is wrong with the one that the row names); None for a row that is no entry of a form."""
        form, named = form_of(row), row.cells.get(EDITION, "")
        if not form:
            return None, ""
        known = {each.number for each in form_editions.editions_of(form)}
        if named and not (named.isascii() and named.isdigit() and int(named) in known):
            return None, f"There is no edition “{named}” of this form."
        return (int(named) if named else self._at_site(form, screening_number)), ""

    def _at_site(self, form: str, screening_number: int) -> int:
        site = self._sites.get(screening_number) or self._codes.get(self._given.get(screening_number, ""))
        if site is None:  # refused elsewhere, in words about the site
            return form_editions.before_approvals(form)
        if (site, form) not in self._in_force:
            self._in_force[site, form] = editions_in_force.in_force(site, form)
        return self._in_force[site, form]

