"""The report of a data cut for the board that watches over the trial: every number is the stored result's.

The open part says who takes part and how safe it is; the closed part, for the board alone, how well it works. PDF and
Word document are of one content, and the same data cut gives the same bytes.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import takewhile
from typing import Any

from django.db import IntegrityError

from analysis.endpoints import comparison, registry
from analysis.endpoints.answers import monitoring, shapes
from analysis.endpoints.answers.shapes import Endpoint, Number, percent
from analysis.endpoints.comparison import NOT_COMPUTED
from analysis.endpoints.watch import laboratory_shift
from analysis.models import GroupResult
from analysis.results import moments
from trial.drawing import word
from trial.drawing.document import Block, Contents, Document, Heading, Line, NewPage, Picture, Table, as_pdf
from trial.models import Change, DataCut
from trial.protocol import ATTRIBUTIONS, DECLARED, GROUPS, STUDY_NAME, STUDY_SHORT_NAME, analysis_settings, code_lists
from trial.rules.dates import partial_date

Result = dict[str, Any]
Results = Mapping[str, Result]
# What both the sponsor and the board read; every other endpoint of the registry is in the closed part.
OPEN = ("accrual", "flow", "baseline", "deaths_and_serious", "toxicity", "toxicity_boundary", "adverse_events",
        "laboratory_shift", "treatment", "deviations")  # fmt: skip


@dataclass(frozen=True)
class Drawing:
    """A plot of a group as its file (SVG), with its caption, and the endpoint below whose numbers it stands."""

    endpoint: str
    caption: str
    svg: str


# The plots of a stored result at a moment; those of nothing to draw are left out.
Draws = Callable[[GroupResult, moments.Moment], Iterable[Drawing]]
# A count of participants, alone or with its share.
COUNT = re.compile(r"\d+( \([\d.]+%\))?")
# The endings of its files, and what makes each.
MADE_BY: dict[str, Callable[[Document], bytes]] = {"pdf": as_pdf, "docx": word.as_docx}
CONTENT_TYPES = {"pdf": "application/pdf", "docx": word.CONTENT_TYPE}


def content(cut: DataCut, draws: Draws = lambda stored, moment: ()) -> Document:
    """The report of a data cut; its results are computed by their version where they are not kept."""
    moment = moments.of_row(cut)
    stored = {group.code: _computed(group.code, moment) for group in GROUPS}
    settings = ", ".join(f"{code} {each.settings_version}" for code, each in stored.items())
    # The sign that stands for the number of pages is the cut's own.
    return Document(
        title=f"{STUDY_SHORT_NAME}: report on data cut {cut.name}",
        foot=f"{STUDY_SHORT_NAME} · {moment.words} · settings {settings} · engine {_engines(stored)}",
        at=Change.objects.values_list("at", flat=True).get(pk=cut.as_of_change),
        sign=f"{{{cut.head_seal[:16]}}}",
        blocks=list(_blocks(cut, stored, [each for one in stored.values() for each in draws(one, moment)])),
    )  # fmt: skip


def open_part(report: Document) -> Document:
    """What the sponsor may read too: the report as far as the closed part."""
    blocks = takewhile(lambda block: not isinstance(block, NewPage), report.blocks)
    return replace(report, title=f"{report.title}, open part", blocks=list(blocks))


def _blocks(cut: DataCut, stored: Mapping[str, GroupResult], figures: Sequence[Drawing]) -> Iterator[Block]:
    results = {code: registry.arranged(each.result) for code, each in stored.items()}
    yield Heading(f"Report on data cut {cut.name}", 18)
    yield Line(STUDY_NAME)
    yield Line(f"Known: {moments.of_row(cut).words}. Reason of the cut: {cut.because}")
    yield Line(f"Seal of its newest change: {cut.head_seal}")
    for code, one in stored.items():
        if one.engine != cut.engine:
            yield Line(f"Group {code} was computed by engine {one.engine}: no result of engine {cut.engine}, with "
                       "which the data cut was made, is kept.")  # fmt: skip
    yield Contents()
    yield from _part("Open part", [each for each in registry.ENDPOINTS if each.code in OPEN], results, figures)
    yield from _settings(results)
    yield NewPage()
    yield Heading("Closed part: for the board alone", 16, 0)
    yield from _status(results)
    yield from _part("Efficacy", [each for each in registry.ENDPOINTS if each.code not in OPEN], results, figures)
    yield from _since(cut, stored, results)
    yield from _origins(stored, figures)


def _computed(group: str, moment: moments.Moment) -> GroupResult:
    """The stored result of a group at a moment; once more where the worker stored it meanwhile."""
    try:
        return moments.compute(group, moment)
    except IntegrityError:
        return moments.compute(group, moment)


def _engines(stored: Mapping[str, GroupResult]) -> str:
    """The engine of the results; where they differ, that of each group."""
    engines = {code: one.engine for code, one in stored.items()}
    one_only = len(set(engines.values())) == 1
    return next(iter(engines.values())) if one_only else ", ".join(f"{code} {each}" for code, each in engines.items())


def _status(results: Results) -> Iterator[Block]:
    """Where each group stands by its plan, and its primary endpoint."""
    for code, result in results.items():
        stored = result["endpoints"].get(monitoring.MONITORING.code)
        yield Line(f"Group {code}: {stored['line'] if stored else NOT_COMPUTED}", 10, is_bold=True)
        yield Line(registry.PRIMARY.sentence(result["endpoints"][registry.PRIMARY.code]))


def _since(cut: DataCut, stored: Mapping[str, GroupResult], results: Results) -> Iterator[Block]:
    """What differs from the data cut before."""
    before = DataCut.objects.filter(pk__lt=cut.pk).order_by("-pk").first()
    if before is None:
        yield Line("This is the first data cut.")
        return
    yield Heading(f"Changed since data cut {before.name}", 13, 0)
    earlier = moments.of_row(before)
    for code, result in results.items():
        then = _computed(code, earlier)
        if then.engine != stored[code].engine:
            yield Line(f"Group {code}: the two were computed by different versions of the program, engine "
                       f"{then.engine} and {stored[code].engine}.")  # fmt: skip
        numbers = comparison.numbers(registry.arranged(then.result), result)
        moved = [each for each in numbers if each.differs and NOT_COMPUTED not in (each.before, each.after)]
        yield Line(f"Group {code}: {len(moved)} numbers differ.", is_bold=True)
        yield from _table(("Number", before.name, cut.name), [(each.words, each.before, each.after) for each in moved],
                          (60, 20, 20))  # fmt: skip


def _origins(stored: Mapping[str, GroupResult], figures: Iterable[Drawing]) -> Iterator[Block]:
    """SHA-256 of each stored result and of each figure: its file of the same data cut has the same."""
    yield Heading("Sources and their SHA-256", 13, 0)
    yield from _table(("Source", "SHA-256"), [
        *((f"Result of group {code}, engine {one.engine}", result_hash(one)) for code, one in stored.items()),
        *((each.caption, sha256(each.svg.encode()).hexdigest()) for each in figures),
    ], (45, 55), 7)  # fmt: skip


def _table(
    head: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int], size: float = 8
) -> Iterator[Table]:
    """A table, where there is a row of it."""
    found = tuple(tuple(row) for row in rows)
    if found:
        yield Table(tuple(head), found, tuple(widths), size)


def result_hash(stored: GroupResult) -> str:
    """SHA-256 in hex of a stored result as JSON with sorted keys and without spaces."""
    return sha256(json.dumps(stored.result, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _part(title: str, endpoints: Sequence[Endpoint], results: Results, figures: Sequence[Drawing]) -> Iterator[Block]:
    yield Heading(title, 16, 0)
    for endpoint in endpoints:
        yield Heading(endpoint.title, 12, 1)
        yield Line(f"Population: {endpoint.population.words}. Source: {endpoint.source}.", 8, is_gray=True)
        if endpoint.code not in WITHOUT_ROWS:
            heads = ("Number", *(f"Group {code}" for code in results))
            yield from _table(heads, rows(endpoint, results), (50, *(25 for _ in results)))
        for code, result in results.items():
            answer = result["endpoints"].get(endpoint.code)
            if answer is not None and endpoint.code in LISTED:
                yield from LISTED[endpoint.code](code, answer)
        yield from (Picture(each.caption, each.svg) for each in figures if each.endpoint == endpoint.code)


def rows(endpoint: Endpoint, results: Results) -> list[tuple[str, ...]]:
    """Each number of an endpoint in words, with its value in every group."""
    found: list[dict[str, str]] = []
    for result in results.values():
        answer = result["endpoints"].get(endpoint.code)
        listed = _numbers(endpoint, endpoint.arrange(answer)) if answer is not None else []
        found.append({each.words: f"{each.value} ({each.share})" if each.share else each.value for each in listed})
    words = dict.fromkeys(name for listed in found for name in listed)
    return [(name, *(listed.get(name, _without(name, found) if listed else NOT_COMPUTED) for listed in found))
            for name in words]  # fmt: skip


def _without(name: str, found: Iterable[Mapping[str, str]]) -> str:
    """What stands for a number that a group does not list: nobody where the others count, else that it has none."""
    others = [listed[name] for listed in found if name in listed]
    return "0" if all(COUNT.fullmatch(value) for value in others) else "none"


def _numbers(endpoint: Endpoint, answer: Result) -> list[Number]:
    """The numbers of an endpoint without its title before each."""
    if isinstance(endpoint, shapes.Table):
        return endpoint.rows_of(answer)
    return [Number(each.words.removeprefix(f"{endpoint.title}, "), each.value) for each in endpoint.listed(answer)]


def _deaths(code: str, answer: Result) -> Iterator[Block]:
    causes = dict(code_lists.DEATH_CAUSES)
    yield from _list(f"Deaths, group {code}", ("Participant", "Died", "Cause", "Days from last dose", "Related"), [
        (each["number"], str(partial_date.from_stored(each["on"])), causes[each["cause"]],
         "no dose" if each["days_from_last_dose"] is None else str(each["days_from_last_dose"]), each["related"])
        for each in answer["deaths"]])  # fmt: skip
    related = {number: words.partition(" ")[2] for number, words in ATTRIBUTIONS}
    heads = ("Participant", "Event", "Grade", "Attribution", "Onset")
    yield from _list(f"Serious adverse events, group {code}", heads, [
        (each["number"], each["name"], str(each["grade"] or "not known"), related.get(each["attribution"], "not known"),
         str(partial_date.from_stored(each["onset_on"])) if each["onset_on"] else "not known")
        for each in answer["serious"]])  # fmt: skip


def _events(code: str, answer: Result) -> Iterator[Block]:
    among = answer["denominator"]
    lines = []
    for category in answer["categories"]:
        lines.append((category["category"], *_counts(category, among)))
        lines += [(f"  {term['name']}", *_counts(term, among)) for term in answer["terms"]
                  if term["category"] == category["category"]]  # fmt: skip
    heads = ("Category, term", "Any grade", "Grade ≥ 3", "Related", "Toxicity")
    yield from _list(f"Adverse events, group {code}: n (%) of {among} treated", heads, lines, (48, 18, 18, 18, 18))


def _counts(row: Result, among: int) -> tuple[str, ...]:
    names = ("participants", "severe", "related", "severe_related")
    return tuple(f"{row[name]} ({percent(row[name] / among)})" if name in row else NOT_COMPUTED for name in names)


def _shifts(code: str, answer: Result) -> Iterator[Block]:
    heads = ("Test", "At baseline", "n", *(_worst(state) for state in laboratory_shift.STATES))
    lines = [(line.test, line.baseline, str(line.among), *(str(cell[1]) if cell else "0" for cell in line.cells))
             for line in laboratory_shift.lines(answer)]  # fmt: skip
    yield Line(laboratory_shift.in_a_line(answer).capitalize() + ".", 8)
    yield from _list(f"Laboratory shift, group {code}: worst grade on treatment", heads, lines,
                     (24, 12, 6, *(8 for _ in laboratory_shift.STATES)))  # fmt: skip


def _worst(state: str) -> str:
    return f"Grade {state}" if state.isdigit() else state.capitalize()


def _list(
    title: str, heads: Sequence[str], lines: Sequence[Sequence[str]], widths: Sequence[int] = (20, 40, 20, 20, 20)
) -> Iterator[Block]:
    yield Line(title if lines else f"{title}: none", is_bold=True)
    yield from _table(heads, lines, widths)


LISTED: dict[str, Callable[[str, Result], Iterator[Block]]] = {
    "deaths_and_serious": _deaths, "adverse_events": _events, "laboratory_shift": _shifts}  # fmt: skip
# Whose listing holds every number of their rows.
WITHOUT_ROWS = ("laboratory_shift",)


def _settings(results: Results) -> Iterator[Block]:
    yield Heading("Analysis settings", 13, 0)
    heads = ("Setting", *(f"Group {code}" for code in results))
    yield from _table(heads, [
        (setting.title, *(analysis_settings.in_words(each["settings"].get(setting.name)) for each in results.values()))
        for setting in DECLARED], (50, *(25 for _ in results)))  # fmt: skip
