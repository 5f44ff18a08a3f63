"""Every case report form once: its title, what it records, when it is due, and the page that holds it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CasebookForm:
    """One form; `repeats` when a participant has several of it. url_name is the page that opens a new one."""

    title: str
    kind: str
    when_due: str
    url_name: str
    repeats: bool = False


CASEBOOK: tuple[CasebookForm, ...] = (
    CasebookForm("Screening and registration", "registration", "before treatment", "capture:correct"),
    CasebookForm("Baseline tumour assessment", "baseline", "at most 28 days before day 1", "capture:assessment_new"),
    CasebookForm("Cycle and dosing log", "cycle", "every 28 days until progression", "capture:cycle", repeats=True),
    CasebookForm("Tumour assessment", "follow_up", "every 8 weeks ± 7 days from day 1; a response again after 28 days",
                 "capture:assessment_new", repeats=True),
)  # fmt: skip
