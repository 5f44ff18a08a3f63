"""Where the numbers of a download come from: named in its file name, in the drawing and beside the numbers."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

from analysis.results.moments import Moment
from analysis.views.panels import GroupPanel
from trial.models import Change
from trial.protocol import STUDY_SHORT_NAME
from trial.rules.dates import partial_date, site_time

# How the name of a plot ends that draws this group beside the others.
BESIDE = "_beside"


@dataclass(frozen=True)
class Provenance:
    """The results that a plot (its code and title) of a panel with a result is drawn from."""

    panel: GroupPanel
    plot: str
    title: str

    @cached_property
    def columns(self) -> dict[str, str | int]:
        """The facts by name, as the last columns of a CSV: R and pandas read them like any other."""
        moment, stored = self.panel.moment, self.panel.stored
        assert stored is not None, self.panel.letter
        saved_at = Change.objects.filter(id=self.panel.change).values_list("at", flat=True).first()
        return {
            **{f"of_group_{each.letter}": f"change {each.change}, settings {each.stored.settings_version}, "
               f"engine {each.stored.engine}" for each in self._others if each.stored},
            "study": STUDY_SHORT_NAME,
            "group": self.panel.letter,
            "plot": self.title,
            "data_cut": moment.cut if moment else "",
            "clinical_cutoff": partial_date.shown(moment.cutoff) if moment and moment.cutoff else "",
            "as_of_change": moment.change if moment else self.panel.change,
            "newest_change": self.panel.change,
            "newest_change_at": site_time.in_utc(saved_at, seconds=True) if saved_at else "",
            "settings": stored.settings_version,
            "engine": stored.engine,
        }  # fmt: skip

    @property
    def lines(self) -> tuple[str, str]:
        """The same in words, in two lines that fit under a drawing."""
        facts, moment = self.columns, self.panel.moment
        known = moment.words if moment else f"as of change {self.panel.change}"
        return (
            f"{STUDY_SHORT_NAME} · group {self.panel.letter} · {self.title} · {known}",
            f"Newest change of the group {facts['newest_change']}, {facts['newest_change_at']} · "
            f"settings {facts['settings']} · engine {facts['engine']}",
        )

    @cached_property
    def _others(self) -> list[GroupPanel]:
        """The other groups that a plot of several is of."""
        if not self.plot.endswith(BESIDE):
            return []
        return [each for each in self.panel.with_others if each.letter != self.panel.letter]

    def file_name(self, ending: str, special: str = "") -> str:
        """Another name for each study, group, plot, data cut, cut-off and change; special: such as a resolution."""
        moment = self.panel.moment
        when = parts_of(moment) if moment else [f"change-{self.panel.change}"]
        when += [] if moment else [f"{each.letter}-change-{each.change}" for each in self._others]
        parts = [f"group-{self.panel.letter}", self.plot.replace("_", "-"), *when]
        return named([*parts, special] if special else parts, ending)


def named(parts: Iterable[str], ending: str) -> str:
    """The name of a file of the study."""
    return f"{'-'.join([slug(STUDY_SHORT_NAME), *parts])}.{ending}"


def parts_of(moment: Moment) -> list[str]:
    """What tells a moment from any other in the name of a file."""
    found = [f"cut-{unique_slug(moment.cut)}"] if moment.cut else []
    found += [f"cutoff-{moment.cutoff.isoformat()}"] if moment.cutoff else []
    return [*found, f"as-of-change-{moment.change}"]


def slug(words: str) -> str:
    """Letters and digits with dashes between, for the name of a file."""
    return re.sub(r"[^A-Za-z0-9]+", "-", words).strip("-")


def unique_slug(name: str) -> str:
    """A name that loses nothing stays as it is; of any other a checksum keeps two alike apart."""
    kept = slug(name)
    return kept if kept == name else f"{kept}-{crc32(name.encode()):08x}".lstrip("-")
