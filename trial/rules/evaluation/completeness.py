"""Which follow-up assessments say nothing of a lesion that the baseline has. PURE."""

from trial.rules.evaluation.facts import ParticipantFact


def lacking(participant: ParticipantFact) -> dict[int, tuple[str, ...]]:
    """Id of a follow-up assessment → labels of the lesions that it has neither a measurement nor a state of."""
    found = {
        each.id: tuple(sorted(
            lesion.label for lesion in participant.lesions
            if lesion.id not in {reading.lesion_id for reading in each.readings}
        ))
        for each in participant.assessments if each.kind != "baseline"
    }  # fmt: skip
    return {assessment: labels for assessment, labels in found.items() if labels}
