"""A difference from admiralonco is explained by a PR after a CR only where the days and codes follow from it."""

import pytest

from tests.peers.compared import PR_AFTER_CR, Subject, differences

PERSON = {"ENRLDT": "2026-01-01", "TRTEDT": "2026-12-01", "NEWTXDT": None}
# A CR, a PR after four weeks, and no more: confirmed by us from the first day on, not at all by them.
SEEN = (("2026-02-01", "CR"), ("2026-03-05", "PR"))
LATER = (("2026-02-01", "PR"), ("2026-03-05", "PR"), ("2026-04-05", "CR"), ("2026-05-05", "PR"))


def said(seen: tuple[tuple[str, str], ...], theirs: tuple[str, str], ours: tuple[str, str]) -> list[str]:
    """The explanations of what differs; theirs and ours: the first day of the response, and the best response."""
    answers = {("whole", "CRSP"): {"AVALC": "Y" if theirs[0] else "N", "ADT": theirs[0]},
               ("whole", "CBOR"): {"AVALC": theirs[1]}, ("in frame", "CBOR"): {"AVALC": theirs[1]}}  # fmt: skip
    overall = [{"ADT": day, "AVALC": code} for day, code in seen]
    one = Subject("NET-001", PERSON | {"CONFRSDT": ours[0]}, overall, {"CBOR": {"AVALC": ours[1]}}, answers)
    return [each.why for each in differences(one)]


def test_what_follows_from_the_pr_is_explained() -> None:
    assert said(SEEN, ("", "SD"), ("2026-02-01", "PR")) == [PR_AFTER_CR, PR_AFTER_CR]
    assert said(SEEN, ("2026-02-01", "PR"), ("2026-02-01", "PR")) == []


@pytest.mark.parametrize(("seen", "theirs", "ours"), [
    pytest.param(SEEN, ("2026-02-01", "PR"), ("", "SD"), id="the other way round"),
    pytest.param(SEEN, ("", "PD"), ("2026-03-05", "CR"), id="another day and other codes"),
    pytest.param(LATER, ("", "SD"), ("2026-02-01", "PR"), id="confirmed before the PR"),
    pytest.param((("2026-02-01", "CR"), ("2026-02-10", "PR")), ("", "SD"), ("2026-02-01", "PR"), id="too early"),
])  # fmt: skip
def test_what_does_not_follow_from_it_is_not(
    seen: tuple[tuple[str, str], ...], theirs: tuple[str, str], ours: tuple[str, str]
) -> None:
    assert said(seen, theirs, ours) == ["", ""]
