"""The report of a data cut for the board that watches over the trial, as a PDF: every number is the stored result's.

The open part says who takes part and how safe it is; the closed part, for the board alone, how well it works. The same
data cut gives the same bytes.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import Any

from django.db import IntegrityError

from analysis.endpoints import comparison, registry
from analysis.endpoints.answers import monitoring
from analysis.endpoints.answers.shapes import Endpoint, Number, Table, percent
from analysis.endpoints.comparison import NOT_COMPUTED
from analysis.models import GroupResult
from analysis.results import moments
from trial.drawing import pdf, pictures
from trial.models import Change, DataCut
from trial.protocol import ATTRIBUTIONS, DECLARED, GROUPS, STUDY_NAME, STUDY_SHORT_NAME, analysis_settings, code_lists
from trial.rules.dates import partial_date

Result = dict[str, Any]
Results = Mapping[str, Result]
# What both the sponsor and the board read; every other endpoint of the registry is in the closed part.
OPEN = ("accrual", "flow", "baseline", "deaths_and_serious", "toxicity", "toxicity_boundary", "adverse_events",
        "treatment", "deviations")  # fmt: skip


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
PICTURE_DPI, PICTURE_MM = 200, 150


def drawn(cut: DataCut, draws: Draws = lambda stored, moment: ()) -> bytes:
    """The report of a data cut; its results are computed by their version where they are not kept."""
    moment = moments.of_row(cut)
    stored = {group.code: _computed(group.code, moment) for group in GROUPS}
    results = {code: registry.arranged(each.result) for code, each in stored.items()}
    settings = ", ".join(f"{code} {each.settings_version}" for code, each in stored.items())
    figures = [each for one in stored.values() for each in draws(one, moment)]
    foot = f"{STUDY_SHORT_NAME} · {moment.words} · settings {settings} · engine {_engines(stored)}"
    # The sign that stands for the number of pages is the cut's own: its letters are part of the font in the file.
    paper = pdf.sheets(f"{STUDY_SHORT_NAME}: report on data cut {cut.name}", foot, pages=f"{{{cut.head_seal[:16]}}}")
    paper.set_creation_date(Change.objects.values_list("at", flat=True).get(pk=cut.as_of_change))
    pdf.heading(paper, f"Report on data cut {cut.name}", 18)
    for words in (STUDY_NAME, f"Known: {moment.words}. Reason of the cut: {cut.because}",
                  f"Seal of its newest change: {cut.head_seal}"):  # fmt: skip
        pdf.line(paper, words, 9)
    for code, one in stored.items():
        if one.engine != cut.engine:
            pdf.line(paper, f"Group {code} was computed by engine {one.engine}: no result of engine {cut.engine}, with "
                            "which the data cut was made, is kept.", 9)  # fmt: skip
    paper.insert_toc_placeholder(_contents, pages=1)
    _part(paper, "Open part", [each for each in registry.ENDPOINTS if each.code in OPEN], results, figures)
    _settings(paper, results)
    paper.add_page()
    pdf.heading(paper, "Closed part: for the board alone", 16, 0)
    _status(paper, results)
    _part(paper, "Efficacy", [each for each in registry.ENDPOINTS if each.code not in OPEN], results, figures)
    _since(paper, cut, stored, results)
    _origins(paper, stored, figures)
    return bytes(paper.output())


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


def _status(paper: Any, results: Results) -> None:
    """Where each group stands by its plan, and its primary endpoint."""
    for code, result in results.items():
        stored = result["endpoints"].get(monitoring.MONITORING.code)
        pdf.line(paper, f"Group {code}: {stored['line'] if stored else NOT_COMPUTED}", 10, "B")
        pdf.line(paper, registry.PRIMARY.sentence(result["endpoints"][registry.PRIMARY.code]), 9)


def _since(paper: Any, cut: DataCut, stored: Mapping[str, GroupResult], results: Results) -> None:
    """What differs from the data cut before."""
    before = DataCut.objects.filter(pk__lt=cut.pk).order_by("-pk").first()
    if before is None:
        pdf.line(paper, "This is the first data cut.", 9)
        return
    pdf.heading(paper, f"Changed since data cut {before.name}", 13, 0)
    earlier = moments.of_row(before)
    for code, result in results.items():
        then = _computed(code, earlier)
        if then.engine != stored[code].engine:
            pdf.line(paper, f"Group {code}: the two were computed by different versions of the program, engine "
                            f"{then.engine} and {stored[code].engine}.", 9)  # fmt: skip
        numbers = comparison.numbers(registry.arranged(then.result), result)
        moved = [each for each in numbers if each.differs and NOT_COMPUTED not in (each.before, each.after)]
        pdf.line(paper, f"Group {code}: {len(moved)} numbers differ.", 9, "B")
        pdf.table(paper, ("Number", before.name, cut.name), [(each.words, each.before, each.after) for each in moved],
                  (60, 20, 20))  # fmt: skip


def _contents(paper: Any, outline: Sequence[Any]) -> None:
    """The page of contents: every heading of the outline with its page, and a link to it."""
    paper.set_x(paper.l_margin)
    pdf.line(paper, "Contents", 13, "B")
    for entry in outline:
        paper.set_font(pdf.FAMILY, "" if entry.level else "B", 8)
        paper.set_text_color(*pdf.INK)
        link = paper.add_link(page=entry.page_number)
        paper.cell(pdf.WIDTH_MM - 14, 4.6, f"{'    ' * entry.level}{pdf.printed(entry.name)}", link=link)
        paper.cell(14, 4.6, str(entry.page_number), align="R", link=link, new_x="LMARGIN", new_y="NEXT")


def _figure(paper: Any, drawing: Drawing) -> None:
    """The drawing as a picture, under its caption."""
    picture = pictures.as_png(drawing.svg, PICTURE_DPI, drawing.caption, "")
    height = PICTURE_MM * pictures.tallness(drawing.svg)
    if paper.will_page_break(min(height, pdf.TALLEST_MM)):
        paper.add_page()
    width = PICTURE_MM * min(1.0, pdf.TALLEST_MM / height)
    paper.image(BytesIO(picture), w=width, alt_text=pdf.printed(drawing.caption))
    paper.ln(2)


def _origins(paper: Any, stored: Mapping[str, GroupResult], figures: Iterable[Drawing]) -> None:
    """SHA-256 of each stored result and of each figure: its file of the same data cut has the same."""
    pdf.heading(paper, "Sources and their SHA-256", 13, 0)
    pdf.table(paper, ("Source", "SHA-256"), [
        *((f"Result of group {code}, engine {one.engine}", result_hash(one)) for code, one in stored.items()),
        *((each.caption, sha256(each.svg.encode()).hexdigest()) for each in figures),
    ], (45, 55), 7)  # fmt: skip


def result_hash(stored: GroupResult) -> str:
    """SHA-256 in hex of a stored result as JSON with sorted keys and without spaces."""
    return sha256(json.dumps(stored.result, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _part(
    paper: Any, title: str, endpoints: Sequence[Endpoint], results: Results, figures: Sequence[Drawing]
) -> None:
    pdf.heading(paper, title, 16, 0)
    for endpoint in endpoints:
        pdf.heading(paper, endpoint.title, 12, 1)
        pdf.line(paper, f"Population: {endpoint.population.words}. Source: {endpoint.source}.", 8, color=pdf.GRAY)
        heads = ("Number", *(f"Group {code}" for code in results))
        pdf.table(paper, heads, rows(endpoint, results), (50, *(25 for _ in results)))
        for code, result in results.items():
            answer = result["endpoints"].get(endpoint.code)
            if answer is not None and endpoint.code in LISTED:
                LISTED[endpoint.code](paper, code, answer)
        for drawing in figures:
            if drawing.endpoint == endpoint.code:
                _figure(paper, drawing)


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
    if isinstance(endpoint, Table):
        return endpoint.rows_of(answer)
    return [Number(each.words.removeprefix(f"{endpoint.title}, "), each.value) for each in endpoint.listed(answer)]


def _deaths(paper: Any, code: str, answer: Result) -> None:
    causes = dict(code_lists.DEATH_CAUSES)
    _list(paper, f"Deaths, group {code}", ("Participant", "Died", "Cause", "Days from last dose", "Related"), [
        (each["number"], str(partial_date.from_stored(each["on"])), causes[each["cause"]],
         "no dose" if each["days_from_last_dose"] is None else str(each["days_from_last_dose"]), each["related"])
        for each in answer["deaths"]])  # fmt: skip
    related = {number: words.partition(" ")[2] for number, words in ATTRIBUTIONS}
    _list(paper, f"Serious adverse events, group {code}", ("Participant", "Event", "Grade", "Attribution", "Onset"), [
        (each["number"], each["name"], str(each["grade"] or "not known"), related.get(each["attribution"], "not known"),
         str(partial_date.from_stored(each["onset_on"])) if each["onset_on"] else "not known")
        for each in answer["serious"]])  # fmt: skip


def _events(paper: Any, code: str, answer: Result) -> None:
    among = answer["denominator"]
    lines = []
    for category in answer["categories"]:
        lines.append((category["category"], *_counts(category, among)))
        lines += [(f"  {term['name']}", *_counts(term, among)) for term in answer["terms"]
                  if term["category"] == category["category"]]  # fmt: skip
    heads = ("Category, term", "Any grade", "Grade ≥ 3", "Related", "Related, grade ≥ 3")
    _list(paper, f"Adverse events, group {code}: n (%) of {among} treated", heads, lines)


def _counts(row: Result, among: int) -> tuple[str, ...]:
    names = ("participants", "severe", "related", "severe_related")
    return tuple(f"{row[name]} ({percent(row[name] / among)})" if name in row else NOT_COMPUTED for name in names)


def _list(paper: Any, title: str, heads: Sequence[str], lines: Iterable[Sequence[str]]) -> None:
    found = list(lines)
    pdf.line(paper, title if found else f"{title}: none", 9, "B")
    if found:
        pdf.table(paper, heads, found, (20, 40, 20, 20, 20) if heads[0] == "Participant" else (48, 18, 18, 18, 18))


LISTED: dict[str, Callable[[Any, str, Result], None]] = {"deaths_and_serious": _deaths, "adverse_events": _events}


def _settings(paper: Any, results: Results) -> None:
    pdf.heading(paper, "Analysis settings", 13, 0)
    heads = ("Setting", *(f"Group {code}" for code in results))
    pdf.table(paper, heads, [
        (setting.title, *(analysis_settings.in_words(each["settings"].get(setting.name)) for each in results.values()))
        for setting in DECLARED], (50, *(25 for _ in results)))  # fmt: skip
