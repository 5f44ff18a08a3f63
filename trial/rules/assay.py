"""Whether two hormone levels were measured by the same assay: one answer for the form and for the analysis. PURE."""


def is_another_assay(one: str, other: str) -> bool:
    """Whether both assays are on record and differ, without regard to case and spaces (`DAKO ELISA`, `Dako  Elisa`)."""
    first, second = ("".join(name.split()).casefold() for name in (one, other))
    return bool(first and second) and first != second
