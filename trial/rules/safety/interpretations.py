"""How the program reads CTCAE 3.0 and the dose rules where they leave something open. PURE."""

from dataclasses import dataclass

from trial.protocol import CTCAE, OUR_READING


@dataclass(frozen=True)
class Reading:
    """One choice, in words; `mark` says whose word it is."""

    words: str
    mark: str = OUR_READING


READINGS: tuple[Reading, ...] = (
    Reading("Values are held against the limits of CTCAE 3.0, the highest grade first; a grade that the term does not "
            "have is never given.", CTCAE),
    Reading("A value inside the laboratory's own normal range is grade 0, also where it crosses an absolute limit."),
    Reading("A value is graded in the unit it was measured in; only powers of ten are converted."),
    Reading("Grade 5 is never proposed by a number; where more than the number decides, the lowest grade that the "
            "number allows is proposed and a person decides."),
    Reading("Weight and blood pressure are compared with the last ones at screening or at the start of cycle 1."),
    Reading("Blood pressure: either number above its limit counts; raised twice running proposes grade 2."),
    Reading("A value proposes an event until an event of its term, of that grade or higher, covers the day, or the "
            "site says with a reason that it is none; partial dates are read in favor of the event."),
    Reading("Values of one analyte are one episode from the first whose grade is above that of the last value on or "
            "before day 1 of treatment, to the last before one whose grade is not; the others are shown folded."),
    Reading("An event of its own is a new time; a further episode only after grade 0 or 1 in between."),
    Reading("Unrelated and unlikely events propose no change of dose, except ischemia, bleeding and perforation. A "
            "missing attribution counts as related."),
    Reading("A reduction goes one level below the dose that was taken when the event began."),
    Reading("Diarrhea, nausea, vomiting, other skin events and blood counts propose no change of dose: the sources "
            "do not cover them."),
)  # fmt: skip
