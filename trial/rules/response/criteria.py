"""What criteria of tumor response state, as far as they differ: one declaration for each edition. PURE.

RECIST 1.0 and RECIST 1.1 each have a module with theirs. What they share is written once: the walk over assessments
(`recist`), overall response, date of progression, confirmation, best response. A lesion's millimetres are its longest
diameter, or its short axis where the criteria say so; columns and fields are called `longest_diameter_mm` for both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

NODE = "lymph_node"
LONGEST_DIAMETER, SHORT_AXIS = "longest diameter", "short axis"


@dataclass(frozen=True)
class Criteria:
    """One edition. Millimetres throughout; limits are inclusive, but a node is normal *below* its limit.

    measurable_mm: method → smallest size of a target. thick_slices_from_mm: slices thicker than this ask for twice
    their thickness (None: a second look only). node_target_mm, node_normal_below_mm: by short axis (None: a node is a
    lesion like any other). least_increase_mm: what progression needs beside its 20 %. persisting: how the
    response of non-target lesions that persist is called.
    """

    name: str
    paper: str
    targets_per_organ: int
    targets_in_all: int
    measurable_mm: Mapping[str, int]
    thick_slices_from_mm: Decimal | None
    node_target_mm: int | None
    node_normal_below_mm: Decimal | None
    partial_ratio: Decimal
    progression_ratio: Decimal
    least_increase_mm: Decimal
    persisting: str
    sum_words: str
    measurable_words: str
    too_small_words: str
    any_size_words: str
    gone_words: str
    bone_words: str

    def size_words(self, organ: str) -> str:
        """What is measured of a lesion in this organ: its longest diameter, or the short axis of a node."""
        return SHORT_AXIS if organ == NODE and self.node_target_mm is not None else LONGEST_DIAMETER

    def least_mm(self, organ: str, method: str, slice_thickness_mm: Decimal | int | None = None) -> Decimal:
        """The smallest size that a target may have; KeyError for an unknown method."""
        least = Decimal(self.measurable_mm[method])
        if organ == NODE and self.node_target_mm is not None:
            least = Decimal(self.node_target_mm)
        if slice_thickness_mm is None or self.thick_slices_from_mm is None:
            return least
        thick = slice_thickness_mm > self.thick_slices_from_mm
        return max(least, Decimal(2 * slice_thickness_mm)) if thick else least

    def is_gone(self, size_mm: Decimal, is_node: bool) -> bool:
        """Whether a target counts as gone: not there any more, or a node of normal size."""
        if is_node and self.node_normal_below_mm is not None:
            return size_mm < self.node_normal_below_mm
        return size_mm == 0

    def is_progression(self, total: Decimal, nadir: Decimal) -> bool:
        """Whether a sum is progression against the smallest one; from a nadir of 0 the relative part always holds."""
        return total > nadir and total >= nadir * self.progression_ratio and total - nadir >= self.least_increase_mm
