"""An endpoint as a declaration, in three shapes: a proportion, a time-to-event curve, a table. PURE.

The shape decides how an endpoint is computed unless it says otherwise, how it is shown, compared between data cuts and
printed, and which participants are behind its numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from analysis.endpoints import evidence
from analysis.endpoints.answers import curves
from analysis.endpoints.evidence import Evidence, Figure
from analysis.outcomes.cohort import Cohort, Outcome, left_out_because, numbers
from analysis.statistics.intervals import clopper_pearson

Answer = dict[str, Any]
NOT_ESTIMABLE = "not estimable"
NOT_KNOWN = "not known"


def _of_group(template: str) -> str:
    """`watch/deviations` → `analysis/group/watch/_deviations.html`."""
    folder, slash, name = template.rpartition("/")
    return f"analysis/group/{folder}{slash}_{name}.html"


@dataclass(frozen=True)
class Population:
    """Who is counted: in words, the names of an outcome that decide it, the rule itself, and the rule in words."""

    words: str
    reads: tuple[str, ...]
    includes: Callable[[Outcome], bool]
    rule: str = ""


ELIGIBLE = Population("registered, eligible", ("eligible",), lambda outcome: bool(outcome["eligible"]))
EVALUABLE = Population("evaluable", ("evaluable",), lambda outcome: bool(outcome["evaluable"]),
                       "eligible, consented, at least one dose")  # fmt: skip
REGISTERED = Population("registered", (), lambda outcome: True)
TREATED = Population("treated", ("treated",), lambda outcome: bool(outcome["treated"]), "at least one dose")


@dataclass(frozen=True)
class Number:
    """One number of an answer in words, as the comparison of two data cuts lists it; `figure` names who is behind.

    share: the percentage of the population, beside a count.
    """

    words: str
    value: str
    figure: str = ""
    share: str = ""


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One question of the protocol: its name, who is counted, the source of the rule, and the rule itself.

    looks_at: the names of an outcome that the rule reads beside those of its population. While they stay the same in
    everybody, so does the answer, and the entries behind its numbers are found by them. version: raise it when the same
    outcomes give another answer; results are then computed anew. answer: the rule, where the shape does not give it.
    template: of the group page, where that of the shape is not enough. card: the title of its figure on the dashboard
    (empty: not there), card_template: where that of the shape is not enough, aside: what the figure adds. explains: the
    entries behind, where `looks_at` does not tell. headline: the answer in a word or a number, for a list of contents,
    where the shape does not give it. arrange: puts a stored answer back into the declared order, which
    the database does not keep.
    """

    code: str
    title: str
    population: Population
    source: str
    looks_at: tuple[str, ...] = ()
    version: int = 1
    answer: Callable[[Cohort], Answer] | None = None
    template: str = ""
    card: str = ""
    card_template: str = ""
    aside: Callable[[Answer], str] = field(default=lambda answer: "")
    explains: Callable[[Outcome], list[Evidence]] | None = None
    headline: Callable[[Answer], str] | None = None
    arrange: Callable[[Answer], Answer] = field(default=lambda answer: answer)

    shape: ClassVar[str]

    @property
    def reads(self) -> frozenset[str]:
        """Every name of an outcome that the answer depends on."""
        return frozenset({"number", *self.population.reads, *self.looks_at})

    @property
    def shown_by(self) -> str:
        """The template of its section on the group page."""
        return _of_group(self.template) if self.template else f"analysis/shapes/_{self.shape}.html"

    @property
    def card_shown_by(self) -> str:
        """The template of its figure on the dashboard."""
        return (_of_group(f"{self.card_template}_card") if self.card_template
                else f"analysis/shapes/_{self.shape}_card.html")  # fmt: skip

    def compute(self, cohort: Cohort) -> Answer:
        """The answer among these outcomes."""
        return self.answer(cohort) if self.answer is not None else self.by_shape(cohort)

    def by_shape(self, cohort: Cohort) -> Answer:
        """The answer that follows from the shape alone."""
        raise NotImplementedError(f"{self.code} declares no answer.")

    def members(self, cohort: Cohort) -> list[Outcome]:
        """The population among these outcomes."""
        return cohort.where(self.population.includes)

    def listed(self, answer: Answer) -> list[Number]:
        """The numbers that data cuts are compared by, in the order of the page."""
        raise NotImplementedError

    def sentence(self, answer: Answer) -> str:
        """The answer in one line."""
        raise NotImplementedError

    def in_a_word(self, answer: Answer) -> str:
        """The answer as a list of contents shows it."""
        return self.headline(answer) if self.headline is not None else self.headline_by_shape(answer)

    def headline_by_shape(self, answer: Answer) -> str:
        """The first of its numbers."""
        return next((number.value for number in self.listed(answer)), "")

    def figure(self, part: str, row: str = "") -> Figure | None:
        """Who is behind a number: `counted` and `among` of a proportion, `event` and `censored` of a curve, a `row`."""
        raise NotImplementedError

    def facts(self, outcome: Outcome) -> dict[str, str]:
        """The facts of one participant that decide this endpoint, in words."""
        return {}

    def is_readable(self, outcome: Outcome) -> bool:
        """Whether an outcome, perhaps of an earlier version, holds everything that the endpoint reads."""
        return self.reads <= outcome.keys()

    def evidence(self, outcome: Outcome) -> list[Evidence]:
        """The facts that decide this endpoint for a participant, with their entries."""
        return self.explains(outcome) if self.explains else evidence.of_names(outcome, self.looks_at)


@dataclass(frozen=True, kw_only=True)
class Proportion(Endpoint):
    """The share of a population that `counts`, with its exact interval.

    named_in: the keys of the answer that list the participants counted and those among whom, where an answer does not
    count everybody (after a stop). fact: what is said of one participant.
    """

    counts: Callable[[Outcome], bool]
    named_in: tuple[str, str] | None = None
    fact: Callable[[Outcome], str] | None = None

    shape = "proportion"

    def by_shape(self, cohort: Cohort) -> Answer:
        """Numerator, denominator, estimate, limits and who is counted."""
        among = self.members(cohort)
        counted = [outcome for outcome in among if self.counts(outcome)]
        return {**proportion(len(counted), len(among)), "participants": numbers(counted)}

    def listed(self, answer: Answer) -> list[Number]:
        """Counts as whole numbers, shares in percent."""
        shares = [(words, percent(answer[key])) for words, key in
                  (("rate", "estimate"), ("lower limit", "lower"), ("upper limit", "upper"))]  # fmt: skip
        return [
            Number(f"{self.title}, participants", str(answer["numerator"]), f"counted-{self.code}"),
            Number(f"{self.title}, of", str(answer["denominator"]), f"among-{self.code}"),
            *(Number(f"{self.title}, {words}", value) for words, value in shares),
        ]

    def headline_by_shape(self, answer: Answer) -> str:
        """The rate."""
        return percent(answer["estimate"])

    def sentence(self, answer: Answer) -> str:
        """Count, denominator, interval and method; a note on a line of its own."""
        limits = "" if answer["lower"] is None else f", 95% CI {percent(answer['lower'])} to {percent(answer['upper'])}"
        note = f"\n  {answer['note']}" if answer.get("note") else ""
        return f"{answer['numerator']} of {answer['denominator']}{limits} ({answer['method']}){note}"

    def figure(self, part: str, row: str = "") -> Figure | None:
        """`counted` or `among`."""
        if part == "counted":
            return Figure(self.title, lambda outcome: self.population.includes(outcome) and self.counts(outcome),
                          self.evidence, self.code, self._named(0))  # fmt: skip
        title = f"{self.title}: {self.population.words}"
        if part != "among":
            return None
        return Figure(title, self.population.includes, self.evidence, self.code, self._named(1))

    def _named(self, place: int) -> Callable[[Answer], list[str]] | None:
        if self.named_in is None:
            return None
        key = self.named_in[place]
        return lambda answer: list(answer[key])

    def facts(self, outcome: Outcome) -> dict[str, str]:
        """Counted, not counted, or not in the population."""
        if self.fact is not None:
            return {self.title: self.fact(outcome)}
        if not self.population.includes(outcome):
            return {self.title: f"not in the population ({self.population.words})"}
        return {self.title: "counted" if self.counts(outcome) else "not counted"}


@dataclass(frozen=True, kw_only=True)
class Curve(Endpoint):
    """A time to event of a population: `times` is its name in an outcome.

    starts: what the time is counted from. otherwise_censored: whether outcomes hold the time as further sensitivity
    lines censor it. ended and lasting: the titles of those with an event and of those censored. small_plot: whether the
    dashboard draws the curve, under its `short` name.
    """

    times: str
    ended: str
    lasting: str
    starts: str = "registration"
    otherwise_censored: bool = True
    small_plot: bool = False
    short: str = ""

    shape = "curve"

    @property
    def reads(self) -> frozenset[str]:
        """Every name of an outcome that the answer depends on."""
        also = {"variants"} if self.otherwise_censored else set()
        return super().reads | {self.times, "exclusion"} | also

    def by_shape(self, cohort: Cohort) -> Answer:
        """Curve, medians, rates and sensitivity lines."""
        counted = self.members(cohort)
        lines = curves.variants(counted, self.times) if self.otherwise_censored else []
        everyone = [outcome[self.times] for outcome in cohort.registered if outcome[self.times] is not None]
        lines.append(curves.line("All registered participants", everyone))
        return {**curves.full(counted, self.times), "sensitivity": lines, "events_outside": self.outside(cohort)}

    def outside(self, cohort: Cohort) -> list[dict[str, str]]:
        """Registered participants with the event whom the population leaves out, and why: the count is without them."""
        return [{"number": outcome["number"], "because": left_out_because(outcome)}
                for outcome in cohort.registered if self._is_outside(outcome)]  # fmt: skip

    def listed(self, answer: Answer) -> list[Number]:
        """Events, participants, and the median with its limits in months."""
        # A result of an earlier version does not say which of the two it is.
        missing = answer.get("missing", "not reached or not estimable")
        months = [(words, missing if answer[key] is None else f"{answer[key]:.1f}") for words, key in
                  (("median in months", "median_months"), ("lower limit in months", "lower_months"),
                   ("upper limit in months", "upper_months"))]  # fmt: skip
        return [
            Number(f"{self.title}, events", str(answer["events"]), f"event-{self.code}"),
            Number(f"{self.title}, participants", str(answer["denominator"])),
            *(Number(f"{self.title}, {words}", value) for words, value in months),
        ]

    def headline_by_shape(self, answer: Answer) -> str:
        """The median in months, or why there is none."""
        if answer["median_months"] is None:
            return str(answer.get("missing", "not reached"))
        return f"{answer['median_months']:.1f} months"

    def sentence(self, answer: Answer) -> str:
        """The median in words, events and participants."""
        return f"{answer['words']}; {answer['events']} events among {answer['denominator']}"

    def figure(self, part: str, row: str = "") -> Figure | None:
        """`event` or `censored`."""
        if part not in ("event", "censored"):
            return None
        if part == "censored":
            return Figure(f"{self.lasting}, {self.population.words}",
                          lambda outcome: self._has(outcome) and not outcome[self.times]["event"],
                          self.evidence, self.code)  # fmt: skip
        return Figure(f"{self.ended} counted in {self.title.lower()}, {self.population.words}",
                      lambda outcome: self._has(outcome) and outcome[self.times]["event"],
                      self.evidence, self.code, outside=self._is_outside)  # fmt: skip

    def _is_outside(self, outcome: Outcome) -> bool:
        """Whether somebody had the event and is not of the population."""
        time = outcome[self.times]
        return not self.population.includes(outcome) and time is not None and bool(time["event"])

    def _has(self, outcome: Outcome) -> bool:
        time = outcome[self.times]
        return self.population.includes(outcome) and time is not None and time["days"] is not None

    def evidence(self, outcome: Outcome) -> list[Evidence]:
        """Where the time starts and what ends it."""
        return self.explains(outcome) if self.explains else evidence.of_time(outcome, self.times, self.title.lower())

    def facts(self, outcome: Outcome) -> dict[str, str]:
        """Days, event or censored, and why."""
        time = outcome[self.times]
        if time is None:
            return {self.title: "none"}
        if time["days"] is None:
            return {self.title: str(time["because"])}
        return {self.title: f"{time['days']} days, {'event' if time['event'] else 'censored'}: "
                f"{time['because'].removeprefix('censored: ')}"}


@dataclass(frozen=True, kw_only=True)
class Table(Endpoint):
    """Rows in words. An answer with a list of `rows` (label, participants) needs no `rows` of its own.

    line: the answer in one line, where not every row is in it. on_card: the labels of the rows that the dashboard shows
    (empty: all). explains_row: the entries behind a row by its label, where those of the endpoint would be too many.
    """

    rows: Callable[[Answer], list[Number]] | None = None
    line: Callable[[Answer], str] | None = None
    on_card: tuple[str, ...] = ()
    explains_row: Callable[[Outcome, str], list[Evidence]] | None = None

    shape = "table"

    def listed(self, answer: Answer) -> list[Number]:
        """One number a row, with the title before it."""
        return [Number(f"{self.title}, {row.words}", row.value, row.figure) for row in self.rows_of(answer)]

    def rows_of(self, answer: Answer) -> list[Number]:
        """The rows as the page shows them."""
        if self.rows is not None:
            return self.rows(answer)
        return [Number(row["label"], str(len(row["participants"])), f"row-{self.code}:{row['label']}")
                for row in answer["rows"]]  # fmt: skip

    def sentence(self, answer: Answer) -> str:
        """Every row in one line, unless declared."""
        if self.line is not None:
            return self.line(answer)
        return "; ".join(f"{row.words} {row.value}" for row in self.rows_of(answer)) or "None"

    def figure(self, part: str, row: str = "") -> Figure | None:
        """The participants of one row, by its label."""
        if part != "row":
            return None
        of_row = self.explains_row
        explains = self.evidence if of_row is None else lambda outcome: of_row(outcome, row)
        return Figure(
            f"{self.title}: {row}", self.population.includes, explains, self.code,
            lambda answer: [who for line in answer["rows"] if line["label"] == row for who in line["participants"]],
        )  # fmt: skip


def proportion(numerator: int, denominator: int) -> Answer:
    """numerator, denominator, estimate and Clopper–Pearson limits as proportions; None among nobody."""
    counts: Answer = {"numerator": numerator, "denominator": denominator}
    if denominator == 0:
        return {**counts, "estimate": None, "lower": None, "upper": None, "method": "not estimable: no participants"}
    lower, upper = clopper_pearson(numerator, denominator)
    return {**counts, "estimate": numerator / denominator, "lower": lower, "upper": upper,
            "method": "Clopper–Pearson"}  # fmt: skip


def percent(value: float | None) -> str:
    """0.0976 → `9.8%`; None → `not estimable`."""
    return NOT_ESTIMABLE if value is None else f"{value:.1%}"
