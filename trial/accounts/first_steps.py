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
    "how things stand.", "capture:participants",
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
        FirstStep("Judge proposed adverse events", "Each line is an event, or has a reason why it is none.",
                  "capture:work"),
        _FIND,
        FirstStep("Look at expedited reports", "Each running clock names what is missing.", "capture:expedited"),
    ),
    Role.MONITOR: (
        FirstStep("Open My work", "Answered queries and entries to verify wait there.", "capture:work"),
        _FIND,
        FirstStep("Verify against the source", "Each critical field that changed since is listed again.",
                  "capture:verification_again"),
        FirstStep("Raise a query", "Press Query beside a field; one text can go to many entries.", "capture:queries"),
    ),
    Role.CHAIR: (
        FirstStep("Read the dashboard", "Each group has its verdict in words; each number opens what is behind it.",
                  "analysis:dashboard"),
        FirstStep("Decide what waits", "Waivers, form versions and locks wait for your signature.", "capture:work"),
        FirstStep("Keep a data cut", "A data cut keeps results that never change.", "analysis:moments"),
        _RULES,
    ),
    Role.STATISTICIAN: (
        FirstStep("Read the dashboard", "Each number opens what is behind it.", "analysis:dashboard"),
        FirstStep("Look at the settings", "Each interpretation has its source and can be changed with a reason.",
                  "analysis:settings"),
        FirstStep("Keep a data cut", "Results of a data cut never change.", "analysis:moments"),
        FirstStep("Export data", "CSV, SDTM and ADaM, each with its declaration.", "capture:exchange"),
    ),
    Role.ADMINISTRATOR: (
        FirstStep("Add users", "Each user has one role, and sites where the role needs them.", "people"),
        FirstStep("Add sites", "A site has a code, a time zone and laboratories.", "sites"),
        FirstStep("Look at the system", "Backups, workers and the audit chain say how they are.", "analysis:status"),
    ),
}  # fmt: skip
