"""RECIST 1.1: Eisenhauer EA et al., Eur J Cancer 2009;45:228–247. For a protocol that chooses it. PURE.

Read with the questions and clarifications that the EORTC publishes with the paper (recist.eortc.org). Against 1.0:

- targets: at most 2 per organ and 5 in all; from 10 mm by CT or MRI (twice the slice where slices are thicker than
  5 mm), by caliper 10 mm, by chest X-ray 20 mm; all nodes are one organ [EORTC].
- nodes count by their short axis: a target from 15 mm, non-target from 10 mm, normal below 10 mm. The actual short axis
  stays in the sum, so a complete response may have a sum above 0.
- progression needs 20 % and 5 mm over the nadir. From a nadir of 0 that is 5 mm, unless the overall response had been
  complete: then any malignant lesion seen again is progression [paper, table 3 note a; EORTC]; a target node is seen
  again from 10 mm, a non-target node only when it progresses unequivocally [EORTC].
- all target nodes normal and all other targets gone is CR even if nodes grew within their normal size [our reading].
- non-target lesions that persist are non-CR/non-PD; so is the participant who has no other lesions [paper, table 2].
- a lesion seen first by FDG-PET is a new lesion, dated by that scan, if the baseline FDG-PET was negative, or if CT
  finds a new site there, then or later; the site records it as such.
- confirmation of CR and PR is asked for in trials like this one, not randomised and with response as the primary
  endpoint; the protocol's settings stand.
"""

from decimal import Decimal

from trial.rules.response.criteria import Criteria

RECIST_1_1 = Criteria(
    name="RECIST 1.1",
    paper="Eisenhauer EA et al., Eur J Cancer 2009;45:228–247",
    targets_per_organ=2,
    targets_in_all=5,
    measurable_mm={"spiral_ct": 10, "conventional_ct": 10, "mri": 10, "chest_xray": 20, "clinical": 10},
    thick_slices_from_mm=Decimal(5),
    node_target_mm=15,
    node_normal_below_mm=Decimal(10),
    partial_ratio=Decimal("0.7"),
    progression_ratio=Decimal("1.2"),
    least_increase_mm=Decimal(5),
    persisting="non-CR/non-PD",
    sum_words="sum of diameters",
    measurable_words="At least 10 mm, by chest X-ray 20 mm, lymph nodes 15 mm in short axis; twice the slice where "
                     "slices are thicker than 5 mm; at most 2 per organ and 5 in all.",
    too_small_words="A target lesion must be large enough for its method (10 mm, chest X-ray 20, lymph node 15 in "
                    "short axis; twice the slice thickness where slices are thicker than 5 mm).",
    any_size_words="longest diameter (short axis of a lymph node)",
    gone_words="Absent also means a non-target lymph node below 10 mm in short axis. A target node keeps its actual "
               "short axis, below 10 mm too. A lesion first seen by FDG-PET is new, dated by that scan, where the PET "
               "of the baseline was negative or CT finds a new site there.",
    bone_words="A target lesion is in bone (measurable only with a soft-tissue component), or is deep and was "
               "examined clinically (not measurable).",
)  # fmt: skip
