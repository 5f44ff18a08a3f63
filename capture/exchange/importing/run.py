"""An import from beginning to end: read, compare, write through the services, report; all of it or nothing.

A rehearsal is the import itself, undone at the end: what it says is what the import will do. Everything stands in one
transaction, one Change per participant for the screening and one for the rest, since numbers are given in order.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from capture.casebook.registry import CASEBOOK
from capture.entry import moved
from capture.exchange.data_sets import COMES_IN
from capture.exchange.importing import files as incoming
from capture.exchange.importing.compare_with_record import Compared, compare
from capture.exchange.importing.files import Problem
from capture.exchange.importing.parse import Bundle, Entry, Parser
from capture.exchange.importing.write import Writer
from trial.models import Acknowledgement, Assessment, Participant, Site
from trial.protocol import GROUPS
from trial.record import access, changes
from trial.record.save import Save
from trial.refused import Refused

# Nobody reads more than these; the files have all of them.
ROWS_SHOWN = 200
Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Line:
    """One data set: standing rows before, rows of the file that are new, unchanged, refused, left out; rows after."""

    title: str
    before: int
    new: int
    unchanged: int
    refused: int
    left_out: int
    after: int


@dataclass(frozen=True)
class GroupLine:
    """One group: participants registered and tumor assessments that stand, before and after."""

    group: str
    registered: tuple[int, int]
    assessments: tuple[int, int]


@dataclass(frozen=True)
class Row:
    """One entry that comes in: its place in the files, whose it is, what it says, and the soft checks it fails."""

    file: str
    line: int
    participant: str
    form: str
    words: str
    checks: list[str]


@dataclass
class Report:
    """What an import did, or would do; with problems nothing was written.

    moves: of a preview, (participant who is registered already, what endpoints read of it before and after).
    """

    lines: list[Line] = field(default_factory=list)
    groups: list[GroupLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    moves: list[tuple[str, str]] = field(default_factory=list)
    new: int = 0
    changes: int = 0
    saved: bool = False


def import_files(
    save: Save, contents: Mapping[str, incoming.Content], source: str, *, rehearsal: bool, up_to: str = "",
    told: Told = lambda done, of: None, adds_results: bool = False,
) -> Report:  # fmt: skip
    """Brings files (name → content) into the record in the name of the person who saves, or only rehearses it.

    source: where they come from, kept as the reason. up_to: the study number after which nobody is registered yet, so
    that the chair can reopen a group that a stage closes on the way. told(done, of) is called per participant.
    adds_results: a visit on record takes further lines of its laboratory.
    Raises Refused.
    """
    person = save.person
    if person is None or person.role not in access.EXCHANGES or not person.is_active:
        raise Refused(f"{person} cannot import. Only a statistician can import.")
    try:
        return _import(save, contents, source, rehearsal, up_to, told, adds_results)
    except incoming.TooMany as stopped:
        return Report(problems=stopped.problems)


def _import(
    save: Save, contents: Mapping[str, incoming.Content], source: str, rehearsal: bool, up_to: str, told: Told,
    adds_results: bool,
) -> Report:  # fmt: skip
    files = incoming.read(contents)
    with changes.importing(replace(save, reason=f"import of {source}")) as run:
        before = _standing()
        parser = Parser(files)
        bundles = parser.parse()
        one = _Run(run, parser.problems, rehearsal, adds_results)
        if not parser.problems:
            one.write(bundles, _digits(up_to), told)
        report = one.report(files, before, before if one.problems else _standing())
        if report.problems or rehearsal:
            run.undo()
            return report
    report.saved = True
    return report


class _Run:
    """Writes the bundles and counts."""

    def __init__(
        self, run: changes.Import, problems: list[Problem], rehearsal: bool, adds_results: bool
    ) -> None:
        self.run, self.problems, self.rehearsal, self.adds_results = run, problems, rehearsal, adds_results
        self.moves: list[tuple[str, str]] = []
        self.written: Counter[str] = Counter()
        self.made: list[tuple[Entry, Any]] = []
        self.unchanged: Counter[str] = Counter()
        self._sites = {site.code: site for site in Site.objects.standing()}

    def write(self, bundles: list[Bundle], up_to: int, told: Told) -> None:
        """First everyone is screened in order of screening number, then registered in order of study number."""
        screened: dict[int, tuple[Compared, Participant]] = {}
        for bundle in bundles:
            found = self._compared(bundle)
            participant = self._participant(bundle) if found is not None else None
            if found is not None and participant is not None:
                screened[bundle.screening_number] = (found, participant)
        of = len(screened)
        for done, bundle in enumerate(sorted(bundles, key=_in_order_of_number), start=1):
            later = up_to and (_digits(bundle.number) or up_to + 1) > up_to
            if bundle.screening_number in screened and not later:
                self._rest(bundle, *screened[bundle.screening_number])
                told(done, of)

    def _compared(self, bundle: Bundle) -> Compared | None:
        on_record = Participant.objects.filter(screening_number=bundle.screening_number).first()
        found = compare(bundle, on_record, self.adds_results)
        if on_record is None:
            return self._screen(bundle, found)
        self._at_its_site(bundle, on_record, found)
        self.problems += found.problems
        self.unchanged += found.unchanged
        return None if found.problems else found

    def _screen(self, bundle: Bundle, found: Compared) -> Compared | None:
        entry = bundle.registration
        assert entry is not None
        site = self._sites.get(entry.row.cells["site"])
        if site is None:
            words = f"Site “{entry.row.cells['site']}” does not exist. The administrator can add sites."
            self.problems.append(entry.row.problem(words, "site"))
            return None
        writer = Writer(self.run)
        with self.run.change(site=site):
            writer.screen(bundle, site, found.new)
        self._take(writer)
        return found if writer.participant else None

    def _at_its_site(self, bundle: Bundle, participant: Participant, found: Compared) -> None:
        for entries in bundle.parts.values():
            for entry in entries:
                given = entry.row.cells.get("site", "")
                if given and given != participant.site.code:
                    words = f"{participant} belongs to site {participant.site.code}, not {given}."
                    found.problems.append(entry.row.problem(words, "site"))

    def _participant(self, bundle: Bundle) -> Participant | None:
        return Participant.objects.select_related("site").filter(screening_number=bundle.screening_number).first()

    def _rest(self, bundle: Bundle, found: Compared, participant: Participant) -> None:
        new = {name: rows for name, rows in found.new.items() if name != "eligibility"}
        registers = bundle.registration is not None and bundle.registration.values["registered_on"]
        if not participant.is_registered and not registers:
            new.pop("registration", None)
        if not any(new.values()):
            return
        before = moved.read(participant) if self.rehearsal and len(self.moves) < ROWS_SHOWN else None
        writer = Writer(self.run, participant)
        with self.run.change(participant):
            writer.rest(bundle, new)
        self._take(writer)
        after = moved.read(participant) if before is not None else None
        if before is not None and after is not None and (words := moved.in_words(before, after)):
            self.moves.append((participant.reference, words))

    def _take(self, writer: Writer) -> None:
        self.problems += writer.problems
        self.written += writer.written
        self.made += writer.made

    def report(self, files: incoming.Files, before: "_Standing", after: "_Standing") -> Report:
        """The tables of before and after."""
        refused = Counter(each.file for each in {(p.file, p.line): p for p in self.problems}.values())
        lines = [
            Line(each.title, before.rows[each.name], self._new(each.name, before, after), self.unchanged[each.name],
                 refused[f"{each.name}.csv"], files.left_out[each.name], after.rows[each.name])
            for each in COMES_IN
        ]  # fmt: skip
        groups = [
            GroupLine(group.code, (before.registered[group.code], after.registered[group.code]),
                      (before.assessments[group.code], after.assessments[group.code]))
            for group in GROUPS
        ]  # fmt: skip
        shown = [] if self.problems else [_row(*made) for made in self.made[:ROWS_SHOWN]]
        moves = [] if self.problems else self.moves
        return Report(lines, groups, self.problems, shown, moves, sum(self.written.values()), len(self.run.numbers))

    def _new(self, name: str, before: "_Standing", after: "_Standing") -> int:
        """Rows that come in. Soft checks do not only come from the file: what an entry fails is kept with it."""
        return after.rows[name] - before.rows[name] if name == "acknowledgements" else self.written[name]


def _row(entry: Entry, made: Any) -> Row:
    """An entry as it was written; must be asked before an import is undone."""
    forms = [form.kind for form in CASEBOOK if isinstance(made, form.model)]
    failed = Acknowledgement.objects.standing().filter(form__in=forms, row_id=made.pk)
    checks = [f"{each.check_id}: {each.words} ({each.because or 'not explained'})" for each in failed]
    who = made if isinstance(made, Participant) else made.participant
    return Row(entry.row.file, entry.row.line, who.reference, entry.row.data_set.title, str(made), checks)


@dataclass(frozen=True)
class _Standing:
    """Rows that stand, by data set; registered participants and assessments by group."""

    rows: Counter[str]
    registered: Counter[str]
    assessments: Counter[str]


def _standing() -> _Standing:
    rows = {each.name: each.model.objects.standing().count() for each in COMES_IN}
    registered = Participant.objects.standing().filter(number__isnull=False)
    scans = Assessment.objects.standing()
    return _Standing(
        Counter(rows),
        Counter(registered.values_list("group", flat=True)),
        Counter(scans.values_list("participant__group", flat=True)),
    )


def _in_order_of_number(bundle: Bundle) -> tuple[bool, int, int]:
    return (not bundle.number, _digits(bundle.number), bundle.screening_number)


def _digits(number: str) -> int:
    """NET-012 → 12; 0 for none."""
    return int("".join(letter for letter in number if letter in "0123456789")[:9] or 0)
