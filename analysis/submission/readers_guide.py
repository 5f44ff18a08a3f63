"""The reader's guide: what the files are of, and what a reader must know that no variable says."""

from collections.abc import Sequence

from analysis.submission.first_pass import Written
from analysis.submission.rows import Snapshot
from trial import protocol
from trial.models import RecordRow
from trial.runtime.program import PROGRAM
from trial.tabulation.data_sets import NOT_TABULATED, TABLES_NOT_TABULATED
from trial.tabulation.declarations import SDTM, SDTMIG, TERMINOLOGY, Core
from trial.tabulation.sdtm.design import PARAMETERS
from trial.tabulation.sdtm.laboratory import with_several_units


def text(written: Sequence[Written], snapshot: Snapshot) -> str:
    """The guide as Markdown."""
    lines = [
        f"# Reader's guide: {protocol.STUDY_NAME}", "",
        f"Data as of {_moment(snapshot)}. Written by {PROGRAM}.",
        f"SDTM {SDTM}, SDTMIG {SDTMIG}, controlled terminology of {TERMINOLOGY}.", "",
        "Everyone who was screened is in DM. Participants registered in error stay in all data sets; SUPPDM FINDING "
        "names them. Analysis groups are in SUPPDM TUMGRP.",
        "Rows of RS with RSDRVFL, and sums in TR, are the results of the study as they were stored at that moment.",
        "AEDECOD and AEBODSYS are terms and categories of CTCAE 3.0; no MedDRA dictionary was given.",
        "Progression of the disease is no adverse event here: a death of it has no fatal event in AE.",
    ]  # fmt: skip
    lines += _section("Values that are required and not known", _missing(written))
    lines += _section("Expected variables without data", _empty(written))
    lines += _section("Tests of LB whose standard results may have several units", [
        f"{code}: {', '.join(units)}" for code, units in with_several_units().items()])  # fmt: skip
    lines += _section("Parameters of TS that the sponsor must give", [
        f"{code}: {name}" for code, name, value in PARAMETERS if value is None])  # fmt: skip
    lines += _section("Letters replaced in transport files", [
        f"{each.data_set.name}.{name}: {seen.replaced} values" for each in written for name, seen in each.seen.items()
        if seen.replaced])  # fmt: skip
    lines += _section("Terms added to published code lists", _extended(written))
    lines += _section("Not tabulated", [f"{name}: {why}" for name, why in _not_tabulated()])
    return "\n".join(lines) + "\n"


def _moment(snapshot: Snapshot) -> str:
    known = f"change {snapshot.change}, {snapshot.at:%Y-%m-%d %H:%M} UTC"
    known += f", data cut “{snapshot.cut}”" if snapshot.cut else ""
    return known + (f", site {snapshot.site}" if snapshot.site else "")


def _not_tabulated() -> list[tuple[str, str]]:
    """Fields and tables with the reason."""
    forms = [(each.__name__, each.place.not_tabulated) for each in RecordRow.__subclasses__()]
    return [*NOT_TABULATED.items(), *TABLES_NOT_TABULATED.items(), *(each for each in forms if each[1])]


def _section(title: str, lines: Sequence[str]) -> list[str]:
    return ["", f"## {title}", "", *(f"- {line}" for line in lines or ("None",))]


def _missing(written: Sequence[Written]) -> list[str]:
    return [f"{each.data_set.name}.{one.name}: {each.rows - each.seen[one.name].values} of {each.rows} rows"
            for each in written for one in each.variables
            if one.core == Core.REQUIRED and each.seen[one.name].values < each.rows]  # fmt: skip


def _empty(written: Sequence[Written]) -> list[str]:
    found = {each.data_set.name: [one.name for one in each.variables
                                  if one.core == Core.EXPECTED and not each.seen[one.name].values] for each in written}
    return [f"{name}: {', '.join(empty)}" for name, empty in found.items() if empty]


def _extended(written: Sequence[Written]) -> list[str]:
    lists = {one.codes.name: one.codes.extended for each in written for one in each.variables
             if one.codes is not None and one.codes.extended}  # fmt: skip
    return [f"{name}: {', '.join(sorted(values))}" for name, values in sorted(lists.items())]
