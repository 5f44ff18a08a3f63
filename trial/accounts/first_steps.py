"""Where each role begins: the steps of a first day, each with the page on which it is done. PURE."""

from dataclasses import dataclass

from trial.models import Role


@dataclass(frozen=True)
class FirstStep:
    """What is done, how, and the name of the page."""

    title: str
    words: str
    page: str


_FIND = FirstStep(
    "Find a participant", "Type the number into Find at the top; / goes there from any page. The band at the top shows "
    "the status.", "capture:participants",
)  # fmt: skip
_RULES = FirstStep("Read the rules", "Groups, schedule, doses and endpoints with their sources.", "analysis:protocol")
STEPS: dict[str, tuple[FirstStep, ...]] = {
    Role.COORDINATOR: (
        FirstStep("Open My work", "It lists what is due, the most urgent first. Each line has a button that opens the "
                  "form.", "capture:work"),
        FirstStep("Register a participant", "Type dates as 12feb2026 or t for today; answer the criteria with y and n.",
                  "capture:register"),
        FirstStep("Enter the baseline and cycle 1", "Open the participant. The first button is the next step; Add "
                  "opens any other form.", "capture:participants"),
        FirstStep("Enter an adverse event", "Press e on the page of a participant and type the words of the source.",
                  "capture:participants"),
        FirstStep("Answer a query", "Correct the value on the page of the query. This answers it.", "capture:queries"),
        FirstStep("Enter your laboratory", "Enter its limits of normal once. Visits take them from there.",
                  "capture:laboratories"),
    ),
    Role.INVESTIGATOR: (
        FirstStep("Open My work", "Casebooks to sign and reports to send come first.", "capture:work"),
        FirstStep("Judge proposed adverse events", "Accept each as an adverse event, or enter why it is none.",
                  "capture:work"),
        _FIND,
        FirstStep("Send expedited reports", "Each report that is due names what is missing.", "capture:expedited"),
    ),
    Role.MONITOR: (
        FirstStep("Open My work", "It lists answered queries and entries to verify again.", "capture:work"),
        _FIND,
        FirstStep("Verify source data", "SDV lists each critical field that changed after its verification.",
                  "capture:verification_again"),
        FirstStep("Raise a query", "Press Query beside a field; one text can go to many entries.", "capture:queries"),
    ),
    Role.CHAIR: (
        FirstStep("Read the dashboard", "Each group has its verdict in words; each number opens what is behind it.",
                  "analysis:dashboard"),
        FirstStep("Decide approvals", "Waivers, redactions, locks and form versions need your decision.",
                  "capture:work"),
        FirstStep("Name a data cut", "A data cut keeps results that never change.", "analysis:moments"),
        _RULES,
    ),
    Role.STATISTICIAN: (
        FirstStep("Read the dashboard", "Each number opens what is behind it.", "analysis:dashboard"),
        FirstStep("Read the analysis settings", "Each has its source, and can be changed with a reason.",
                  "analysis:settings"),
        FirstStep("Name a data cut", "A data cut keeps results that never change.", "analysis:moments"),
        FirstStep("Export data", "CSV, SDTM and ADaM, each with the definitions of its columns.", "capture:exchange"),
    ),
    Role.ADMINISTRATOR: (
        FirstStep("Add users", "Each user has one role, and sites where the role needs them.", "people"),
        FirstStep("Add sites", "A site has a code, a time zone and laboratories.", "sites"),
        FirstStep("Check the system", "System status shows backups, workers and the audit chain.", "analysis:status"),
    ),
}  # fmt: skip
