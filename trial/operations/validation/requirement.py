"""What a requirement is: an id, an area, words, its sources, the tests that show it and what is still open."""

from dataclasses import dataclass

PART_11, ICH_E6, EMA_GUIDELINE, FDA_ANSWERS, HOUSE = (
    "21 CFR Part 11", "ICH E6(R3) Annex 1", "EMA guideline on computerised systems (2023)",
    "FDA questions and answers on electronic systems (October 2024)", "Our own rule",
)  # fmt: skip
NOT_COMPARED = "section not checked against the text"
NOT_COMPARED_SECTIONS_OF_E6 = ("4.2.6", "4.3.2")


@dataclass(frozen=True)
class Source:
    """A document and its section; `is_checked` is false where nobody has compared the number with the text."""

    document: str
    section: str = ""

    @property
    def is_checked(self) -> bool:
        """Sections of the EMA guideline, the FDA's answers and two of E6 are not checked."""
        if self.document in (EMA_GUIDELINE, FDA_ANSWERS):
            return False
        return not (self.document == ICH_E6 and self.section in NOT_COMPARED_SECTIONS_OF_E6)

    @property
    def words(self) -> str:
        """As it is printed: "21 CFR Part 11, 10(d)"."""
        place = f"{self.document}, {self.section}" if self.section else self.document
        return place if self.is_checked else f"{place} ({NOT_COMPARED})"


def part_11(*sections: str) -> tuple[Source, ...]:
    """Sections of 21 CFR Part 11, without the "11."."""
    return tuple(Source(PART_11, each) for each in sections)


def e6(*sections: str) -> tuple[Source, ...]:
    """Sections of ICH E6(R3) Annex 1."""
    return tuple(Source(ICH_E6, each) for each in sections)


def ema(*sections: str) -> tuple[Source, ...]:
    """Sections or annexes of the EMA guideline; without one the guideline as a whole."""
    return tuple(Source(EMA_GUIDELINE, each) for each in sections or ("",))


FDA = (Source(FDA_ANSWERS),)
OURS = (Source(HOUSE),)


@dataclass(frozen=True)
class Requirement:
    """One thing the product must do.

    tests: `file::test` as pytest names them, every variant of a parametrised test. open: what is not built or not
    tried yet and why; empty when the tests show the whole requirement.
    """

    id: str
    area: str
    words: str
    sources: tuple[Source, ...]
    tests: tuple[str, ...] = ()
    open: str = ""

    @property
    def standing(self) -> str:
        """`covered` by tests, `partly` (tests, and something open) or `open` (no test)."""
        if not self.tests:
            return "open"
        return "partly" if self.open else "covered"


def tests_of(file: str, *names: str) -> tuple[str, ...]:
    """The tests of one file under `tests/`, each as `tests/file::test_name`; names come without `test_`."""
    return tuple(f"tests/{file}::test_{name}" for name in names)
