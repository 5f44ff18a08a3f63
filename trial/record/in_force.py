"""The settings that a group is analysed with, now or as of a change: the protocol's constants and later choices.

Not pure: it reads the record. The settings of a group are one row of it, written when the chair approves a proposal.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

from trial.models import (
    CriteriaOnRecord,
    ExpeditedTable,
    GradeText,
    GroupSettings,
    Participant,
    Reopening,
    SettingsProposal,
)
from trial.protocol import AnalysisSettings, analysis_settings, settings_of
from trial.protocol.ctcae_v3 import Match, grades_of
from trial.protocol.ctcae_v3.criteria import words_of
from trial.record import access, changes, snapshot
from trial.record.rows import Reader, once
from trial.record.save import Save
from trial.refused import NotOfRole, Refused
from trial.rules import accrual
from trial.rules.accrual import Standing
from trial.rules.evaluation import accrual_stage
from trial.rules.evaluation.evaluated import Evaluation, evaluate
from trial.rules.response.recist import IN_FORCE
from trial.rules.safety import expedited_table
from trial.rules.safety.expedited_table import Rule


def settings_in_force(group: str, as_of: int | None = None) -> AnalysisSettings:
    """The settings of a group (as_of: change number, None: now). Raises Refused for a row that cannot be."""
    rows = Reader(as_of).rows(GroupSettings, "group", [group])
    return _settings(group, rows[0] if rows else None)


def settings_by_group(groups: Sequence[str]) -> dict[str, AnalysisSettings]:
    """The settings of several groups, now; one SQL statement."""
    rows = {row["group"]: row for row in Reader(None).rows(GroupSettings, "group", groups)}
    return {group: _settings(group, rows.get(group)) for group in groups}


def _settings(group: str, row: Mapping[str, Any] | None) -> AnalysisSettings:
    if row is None:
        return settings_of(group)
    # The reader gives decimals; rates and confidence are floats, of which the fingerprint of the settings is made.
    return analysis_settings.from_dict(json.loads(json.dumps(row["chosen"], default=float)), group)


def evaluations(ids: Sequence[int]) -> list[Evaluation]:
    """The registered ones of these participants, each evaluated by the settings of the group; by study number.

    One SQL statement; one participant is evaluated once per request, and once in a Change after its last row.
    """
    if len(ids) == 1:
        return list(once(("evaluation", ids[0]), lambda: _evaluated(ids)))
    return _evaluated(ids)


def _evaluated(ids: Sequence[int]) -> list[Evaluation]:
    facts, chosen = snapshot.with_settings(ids)
    settings = {group: _settings(group, chosen.get(group)) for group in {each.group for each in facts}}
    return [evaluate(each, settings[each.group]) for each in facts]


def evaluation_of(participant: Participant) -> Evaluation | None:
    """The participant evaluated by the settings of the group; None before registration."""
    return next(iter(evaluations([participant.pk])), None)


def differences(before: AnalysisSettings, after: AnalysisSettings) -> list[tuple[str, Any, Any]]:
    """(name, plain value before, plain value after) of each setting that differs."""
    old, new = before.as_dict(), after.as_dict()
    return [(name, old[name], new[name]) for name in old if old[name] != new[name]]


def propose(save: Save, group: str, settings: AnalysisSettings, reason: str, seen_version: str) -> SettingsProposal:
    """The statistician proposes the settings of a group; nothing moves until the chair approves them.

    seen_version: the fingerprint of the settings that the person looked at. Raises Refused: nothing differs, others
    were approved since, one proposal of the group waits already.
    """
    if save.person is None or save.person.role not in access.SETS:
        raise NotOfRole("The statistician proposes analysis settings.")
    if not reason.strip():
        raise Refused("Enter a reason for the new settings.")
    with changes.record(save, "settings", reason) as change:
        _refuse_overtaken(group, settings, seen_version)
        if SettingsProposal.objects.filter(group=group, state=SettingsProposal.State.PROPOSED).exists():
            raise Refused("Other settings of this group await the study chair. Withdraw them before you propose again.")
        # Only what differs from the protocol is kept, so that the page can say which values were chosen.
        chosen = {name: value for name, _, value in differences(settings_of(group), settings)}
        return SettingsProposal.objects.create(
            group=group, chosen=chosen, seen_version=seen_version, proposed_by=save.person, proposed_at=change.at,
            proposed_because=reason.strip(),
        )  # fmt: skip


def _refuse_overtaken(group: str, settings: AnalysisSettings, seen_version: str) -> None:
    before = settings_in_force(group)
    if before.version() != seen_version:
        raise Refused("Other settings came into force meanwhile. Nothing was saved. Check them and propose again.")
    if not differences(before, settings):
        raise Refused("These settings are already in use.")


def approve(save: Save, proposal: SettingsProposal, because: str) -> SettingsProposal:
    """The chair, as second person, puts proposed settings in force. Raises Refused."""
    with _settling(save, proposal, SettingsProposal.State.APPROVED, because, (proposal.group,)) as waiting:
        _refuse_overtaken(waiting.group, proposed(waiting), waiting.seen_version)
        GroupSettings.objects.update_or_create(group=waiting.group, defaults={"chosen": waiting.chosen})
    return waiting


def refuse(save: Save, proposal: SettingsProposal, because: str) -> SettingsProposal:
    """The chair refuses: nothing moves, and the proposal stays on record. Raises Refused."""
    with _settling(save, proposal, SettingsProposal.State.REFUSED, because) as waiting:
        return waiting


def withdraw(save: Save, proposal: SettingsProposal, because: str) -> SettingsProposal:
    """A statistician takes a proposal back before it is decided. Raises Refused."""
    with _settling(save, proposal, SettingsProposal.State.WITHDRAWN, because) as waiting:
        return waiting


def proposed(proposal: SettingsProposal) -> AnalysisSettings:
    """The settings that a proposal asks for. Raises Refused for what cannot be."""
    return analysis_settings.from_dict(proposal.chosen, proposal.group)


@contextmanager
def _settling(
    save: Save, proposal: SettingsProposal, state: SettingsProposal.State, because: str, groups: Sequence[str] = ()
) -> Iterator[SettingsProposal]:
    """One Change in which a proposal, read again under the writers' lock, leaves the state in which it waits."""
    withdrawn = state == SettingsProposal.State.WITHDRAWN
    if save.person is None or save.person.role not in (access.SETS if withdrawn else access.DECIDES):
        raise NotOfRole("The study chair decides on proposed settings, and a statistician withdraws them.")
    if not because.strip():
        raise Refused("Enter a reason.")
    with changes.record(save, "settings" if withdrawn else "approve", because, groups=groups) as change:
        waiting = SettingsProposal.objects.get(pk=proposal.pk)
        if waiting.state != SettingsProposal.State.PROPOSED:
            raise Refused(f"This is already decided: {waiting.get_state_display().lower()}.")
        if not withdrawn and waiting.proposed_by_id == save.person.pk:
            raise Refused("Another person than the one who proposed the settings decides on them.")
        yield waiting
        waiting.state, waiting.decided_by, waiting.decided_in = state, save.person, change.number
        waiting.decided_because = because.strip()
        waiting.save()


def gate_in_force(group: str, as_of: int | None = None) -> accrual.Gate:
    """The gate with the participants of its deciding stage (as_of: change number, None: now)."""
    settings = settings_in_force(group, as_of)
    everyone = snapshot.group_members(group, as_of)
    in_error = snapshot.in_error(everyone, as_of)
    members = [one for one in everyone if one not in in_error]
    standings = _standings(members, settings, as_of)
    return accrual_stage.gate_of(group, len(members), standings, settings, reopenings(group, as_of))


def refusal(group: str) -> str:
    """Why nobody can be registered now, in words; empty when the group is open.

    Participants are evaluated only when the count says that it may matter, and only as many as the stages need.
    """
    settings = settings_in_force(group)
    registered = access.counted(Participant.objects.standing().filter(number__isnull=False, group=group)).count()
    if accrual.surely_open(registered, settings.accrual_ceiling, accrual_stage.looks_of(settings, group)):
        return ""
    found = gate_in_force(group)
    return "" if found.open else found.because


def reopenings(group: str, as_of: int | None = None) -> tuple[accrual.Reopened, ...]:
    """The chair's reopenings of a group that stand."""
    rows = Reader(as_of).rows(Reopening, "group", [group])
    return tuple(accrual.Reopened(row["stage"], row["ground"], row["because"]) for row in rows)


def _standings(
    members: Sequence[int], settings: AnalysisSettings, as_of: int | None, at_once: int = 25
) -> Iterator[Standing]:
    """One after the other, read in batches: the gate stops asking when its stages are full."""
    for start in range(0, len(members), at_once):
        for fact in snapshot.participants(members[start : start + at_once], as_of):
            yield accrual_stage.standing(fact, settings)


@dataclass(frozen=True)
class TableInForce:
    """Its rules, where they come from, and whose word they are."""

    rules: tuple[Rule, ...]
    source: str
    mark: str


def table_in_force() -> TableInForce:
    """One SQL statement, once per request."""
    row = once("expedited reporting rules", ExpeditedTable.objects.standing().last)
    if row is None:
        return TableInForce(expedited_table.shipped(), expedited_table.SOURCE, expedited_table.TO_BE_CONFIRMED)
    mark = expedited_table.CONFIRMED if row.is_confirmed else expedited_table.TO_BE_CONFIRMED
    return TableInForce(expedited_table.from_cells(row.rules), row.source, mark)


def put_in_force(lines: Iterable[str], source: str, is_confirmed: bool) -> tuple[Rule, ...]:
    """Puts the table of a file in force, all of it or nothing; every clock is then counted by it.

    Raises Refused.
    """
    rules = expedited_table.read(lines)
    with changes.record(None, "settings", f"Expedited reporting rules: {source}"):
        ExpeditedTable.objects.create(
            source=source, is_confirmed=is_confirmed, rules=[each.as_cells() for each in rules]
        )
    return rules


def back_to_shipped(reason: str) -> int:
    """Strikes every edition out, so that the shipped table is in force again; returns how many there were."""
    standing = ExpeditedTable.objects.standing()
    if not standing.exists():
        return 0
    with changes.record(None, "strike_out", reason):
        return standing.update(struck_out_reason=reason)


def contradiction() -> str:
    """Why the protocol's criteria cannot be used with this record, in words; empty when they can."""
    noted = CriteriaOnRecord.objects.first()
    if noted is None or noted.name == IN_FORCE.name:
        return ""
    return (
        f"The protocol constant is {IN_FORCE.name}, but participants were registered under {noted.name}. Set the "
        f"constant back to {noted.name}, or start a separate study."
    )


def note() -> None:
    """Notes the criteria, if none are noted yet; called by a registration, inside its Change."""
    if not CriteriaOnRecord.objects.exists():
        CriteriaOnRecord.objects.create(name=IN_FORCE.name, noted_at=changes.current().at)


def refuse_to_start(**_: Any) -> None:
    """Ends `migrate`, with which every start begins; raises ImproperlyConfigured.

    A migration to an earlier edition of the tables, in which nothing is noted, passes.
    """
    if CriteriaOnRecord._meta.db_table not in connection.introspection.table_names():
        return
    if words := contradiction():
        raise ImproperlyConfigured(words)


NCI, OURS, NONE = "NCI text", "Short description of the product", ""
Key = tuple[str, str]


@dataclass(frozen=True)
class Criteria:
    """The grades that a term has, each with its words (empty where there are none), and whose words they are."""

    source: str
    grades: tuple[tuple[int, str], ...]

    @property
    def digits(self) -> str:
        """The grades that exist, as in `1235`."""
        return "".join(str(grade) for grade, _ in self.grades)


def criteria_of(term: str, select: str = "") -> Criteria | None:
    """For one term with its select; None when the dictionary does not have it."""
    try:
        return once(("criteria", term, select), lambda: criteria_of_all([(term, select)])[0])
    except KeyError:
        return None


def criteria_of_matches(found: Sequence[Match]) -> list[tuple[Match, Criteria]]:
    """For what a search found; one query."""
    keys = [(each.term.code, each.select.code if each.select else "") for each in found]
    return list(zip(found, criteria_of_all(keys), strict=True))


def criteria_of_all(keys: Sequence[Key]) -> list[Criteria]:
    """In the order of `keys` (term, select); KeyError for one that the dictionary does not have."""
    exist = [grades_of(term, select) for term, select in keys]
    loaded: dict[Key, dict[int, str]] = {}
    for row in GradeText.objects.filter(term__in={term for term, _ in keys}):
        loaded.setdefault((row.term, row.select), {})[row.grade] = row.words
    return [_criteria(key, grades, loaded.get(key)) for key, grades in zip(keys, exist, strict=True)]


def _criteria(key: Key, grades: tuple[int, ...], loaded: Mapping[int, str] | None) -> Criteria:
    words = loaded or words_of(*key)
    source = NCI if loaded else OURS if words else NONE
    return Criteria(source, tuple((grade, words.get(grade, "")) for grade in grades))


def load(texts: Mapping[Key, Mapping[int, str]]) -> int:
    """Puts these texts in place of all loaded before, together or not at all; returns how many."""
    rows = [GradeText(term=term, select=select, grade=grade, words=words)
            for (term, select), by_grade in texts.items() for grade, words in by_grade.items()]  # fmt: skip
    with transaction.atomic():
        GradeText.objects.all().delete()
        GradeText.objects.bulk_create(rows, batch_size=1000)
    return len(rows)
