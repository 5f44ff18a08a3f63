"""RECIST 1.0: Therasse P et al., J Natl Cancer Inst 2000;92:205–216. The criteria of this trial [registry]. PURE.

Its numbers are constants of the protocol. Everything is measured by its longest diameter, nodes too; 20 % over the
nadir is progression without an absolute minimum, and from a nadir of 0 anything that can be measured. A response ends
at recurrence: disease seen again after a complete response is progression (a setting), in a node as elsewhere.
"""

from decimal import Decimal

from trial.protocol import constant, exact_constant
from trial.rules.response.criteria import Criteria

_CONVENTIONAL = constant("measurable_conventional_mm")

RECIST_1_0 = Criteria(
    name="RECIST 1.0",
    paper="Therasse P et al., J Natl Cancer Inst 2000;92:205–216",
    targets_per_organ=constant("targets_per_organ"),
    targets_in_all=constant("targets_in_all"),
    measurable_mm={
        "spiral_ct": constant("measurable_spiral_mm"), "conventional_ct": _CONVENTIONAL, "mri": _CONVENTIONAL,
        "chest_xray": _CONVENTIONAL, "clinical": _CONVENTIONAL,
    },
    thick_slices_from_mm=None,
    node_target_mm=None,
    node_normal_below_mm=None,
    partial_ratio=exact_constant("partial_response_ratio"),
    progression_ratio=exact_constant("progression_ratio"),
    least_increase_mm=Decimal(0),
    persisting="IR/SD",
    sum_words="sum of longest diameters",
    measurable_words="At least 20 mm, or 10 mm by spiral CT; at most 5 per organ and 10 in all.",
    too_small_words="A target lesion must be large enough for its method (20 mm, spiral CT 10).",
    any_size_words="longest diameter",
    gone_words="",
    bone_words="A target lesion is in bone, or is deep and was examined clinically: it is not measurable.",
)  # fmt: skip
