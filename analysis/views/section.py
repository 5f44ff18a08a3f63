"""One endpoint of a group as the pages show it, out of the stored result."""

from dataclasses import dataclass
from typing import Any

from analysis.charts import km
from analysis.endpoints.answers.shapes import Curve, Endpoint, Number, Table
from analysis.views import group_plots


@dataclass(frozen=True)
class Section:
    """One endpoint as a page shows it; `answer` is None where the version of the result did not compute it."""

    endpoint: Endpoint
    answer: dict[str, Any] | None
    group: str

    @property
    def rows(self) -> list[Number]:
        """The rows of a table."""
        assert isinstance(self.endpoint, Table) and self.answer is not None
        return self.endpoint.rows_of(self.answer)

    @property
    def card_rows(self) -> list[Number]:
        """The rows of a table that the dashboard shows."""
        assert isinstance(self.endpoint, Table)
        return [row for row in self.rows if not self.endpoint.on_card or row.words in self.endpoint.on_card]

    @property
    def in_a_word(self) -> str:
        """Its answer in the list of contents."""
        return self.endpoint.in_a_word(self.answer) if self.answer is not None else ""

    @property
    def aside(self) -> str:
        """What its figure on the dashboard adds in words."""
        return self.endpoint.aside(self.answer) if self.answer is not None else ""

    @property
    def curve(self) -> km.KaplanMeierChart:
        """The plot of a curve, for a page of its own."""
        assert isinstance(self.endpoint, Curve) and self.answer is not None
        return group_plots.curve_of(self.endpoint, self.group, self.answer)
