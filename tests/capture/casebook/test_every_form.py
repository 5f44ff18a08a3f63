"""Every form of the casebook opens, saves, is told, held, copied and exported; it refuses nonsense and keeps none."""

import html
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from capture.casebook import history, labels
from capture.casebook.forms import treatment
from capture.casebook.forms.base import help_of
from capture.casebook.registry import CHECKS, ENTRY_FORMS, FORMS
from capture.conduct import holds
from capture.copies.contents import forms as copied
from capture.entry.services import dosing, entries
from capture.exchange.data_sets import BY_NAME
from capture.exchange.exporting import dictionary
from capture.exchange.exporting.export import export
from capture.exchange.importing import files
from capture.exchange.importing.run import import_files
from capture.participants.selectors import rows_of
from tests.capture.typed import fields, signed_in
from tests.cast import Cast, cast_of, person
from tests.examples import EXAMPLES, NONSENSE, values
from tests.plugin_postgres import another_database
from trial.drawing.sections import Facts, Section, Table, Words
from trial.models import Change, Role, Site
from trial.models.fields import in_a_sentence, label
from trial.record import changes
from trial.record.save import Save
from trial.refused import Refused

REASON = {"reason_code": "entry_error", "reason_words": "read off the wrong line",
          "acknowledge_MOVE-01": "as in the source"}  # fmt: skip


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast; its participant began treatment on 12-JAN-2026."""
    made = cast_of()
    dosing.save_cycle(Save(), made.participant, 1, {"started_on": date(2026, 1, 12)}, treatment.AS_PLANNED)
    return made


def _text(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def _told(parts: Any) -> str:
    """Everything that a section of a copy says, in order."""
    found = []
    for part in parts:
        if isinstance(part, Section):
            found += [part.title, _told(part.blocks), _told(part.parts)]
        elif isinstance(part, Facts):
            found += [f"{name}: {said}" for name, said in part.pairs]
        elif isinstance(part, Table):
            found += [*part.head, *(cell for row in part.rows for cell in row)]
        elif isinstance(part, Words):
            found.append(part.words)
    return " | ".join(found)


def _filled(row: Any) -> list[Any]:
    """The fields of an entry that hold what somebody typed."""
    left_out = {"id", "participant", "struck_out_reason", "form_edition"}
    return [each for each in row._meta.concrete_fields if each.name not in left_out
            and getattr(row, each.name) not in (None, "", False, each.get_default())]  # fmt: skip


def _saved(cast: Cast, kind: str) -> Any:
    nora, address = signed_in(cast.people[Role.COORDINATOR]), f"/participants/NET-001/{kind}/new/"
    page = nora.get(address).content.decode()
    answer = nora.post(address, {**fields(page), **EXAMPLES[kind].typed})
    assert answer.status_code == 302, _text(answer.content.decode())[:3000]
    return FORMS[kind].model.objects.get(participant=cast.participant)


def test_every_form_has_an_example_and_every_check_of_it_its_facts() -> None:
    assert [kind for kind in ENTRY_FORMS if not EXAMPLES[kind].typed] == []
    assert {kind: set(EXAMPLES[kind].facts) for kind in CHECKS} == {
        kind: {check.id for check in checks} for kind, checks in CHECKS.items()
    }


@pytest.mark.requirement("R60")
@pytest.mark.parametrize("kind", ENTRY_FORMS)
def test_an_entry_is_told_by_the_labels_of_its_page_in_casebook_history_trail_dictionary_and_copy(
    cast: Cast, kind: str
) -> None:
    form, row = FORMS[kind], _saved(cast, kind)
    reader, change = signed_in(cast.people[Role.CHAIR]), Change.objects.order_by("-id")[0]
    source = reader.get(form.url(cast.participant, row)).content.decode()
    page = _text(source)
    told = {
        "history": _text(reader.get(f"/participants/NET-001/history/{kind}/{row.pk}/").content.decode()),
        "trail": _text(reader.get(f"/trail/{change.pk}/").content.decode()),
        "copy": _told(copied.sections(cast.participant)),
        "casebook": _text(reader.get("/participants/NET-001/?section=casebook").content.decode()),
    }
    for place, text in told.items():
        assert form.title in text or in_a_sentence(form.title) in text, (place, form.title)
    assert str(row) in told["casebook"] and labels.place(cast.participant, kind, row).title in told["copy"]
    in_dictionary = {(line[0], line[2]): line[3] for line in dictionary.rows()}
    for field in _filled(row):
        asked = form.form({}).fields.get(field.name)
        assert asked is None or asked.label == label(field), field.name
        is_asked = asked is not None and not asked.widget.is_hidden and f'name="{field.name}"' in source
        assert label(field) in page or not is_asked, field.name
        assert in_dictionary[form.data_set, field.name] == label(field)
        for place in ("history", "trail", "copy"):
            assert f"{label(field)}" in told[place], (place, field.name)
    assert [name for name in form.form.base_fields if not name.endswith("_missing") and help_of(form.form, name) is None
            ] == []  # fmt: skip


@pytest.mark.requirement("R56")
@pytest.mark.parametrize("kind", ENTRY_FORMS)
def test_an_entry_is_corrected_with_a_reason_and_frozen_for_good(cast: Cast, kind: str) -> None:
    form, row, nora = FORMS[kind], _saved(cast, kind), signed_in(cast.people[Role.COORDINATOR])
    address = form.url(cast.participant, row)
    (name, second, third), before = EXAMPLES[kind].correction, Change.objects.count()
    typed = fields(nora.get(address).content.decode()) | {name: second, **REASON}
    assert nora.post(address, typed).status_code == 302
    newest = history.entries(history.rows_of(row))[0]
    assert [line.label for line in newest.lines] == [label(form.model._meta.get_field(name))]
    assert newest.reason.endswith(REASON["reason_words"]) and Change.objects.count() == before + 1
    typed = fields(nora.get(address).content.decode()) | {name: third, **REASON}
    target = holds.Target("form", participant=cast.participant, form=kind, row_id=row.pk)
    holds.freeze(Save(cast.people[Role.MONITOR]), target)
    answer = nora.post(address, typed)
    assert answer.status_code in (409, 422) and "froz" in answer.content.decode()
    with pytest.raises(Refused, match="froz"):
        row.refresh_from_db()
        entries.strike_out(Save(reason="entered twice"), cast.participant, form, row)


@pytest.mark.requirement("R46")
def test_every_form_leaves_in_a_file_and_comes_back_by_it(database: str, cast: Cast, tmp_path: Path) -> None:
    for kind, form in ENTRY_FORMS.items():
        entries.save(Save(), cast.participant, form, values(kind))
    export("csv", tmp_path / "out")
    before = {kind: [str(row) for row in form.entries(cast.participant)] for kind, form in ENTRY_FORMS.items()}
    with another_database(database):
        with changes.record(Save(reason="sites of the test"), "system"):
            for code in ("NORTH", "SOUTH"):
                Site.objects.create(code=code, name=code.title())
        report = import_files(Save(person("stat", Role.STATISTICIAN)), files.from_folder(tmp_path / "out"), "the test",
                              rehearsal=False)  # fmt: skip
        assert report.saved, [str(each) for each in report.problems]
        for kind, form in ENTRY_FORMS.items():
            assert [str(row) for row in form.model.objects.all()] == before[kind], kind
            assert BY_NAME[kind].comes_in


@pytest.mark.parametrize("kind", [kind for kind, form in ENTRY_FORMS.items() if form.due.is_scheduled])
def test_the_schedule_asks_for_a_form_with_a_rule_until_it_is_entered(cast: Cast, kind: str) -> None:
    def open_ones() -> list[str]:
        row = rows_of([cast.participant], lambda site: date(2026, 1, 19))[0]
        return [cell.due.what for cell in row.entries[FORMS[kind].title] if cell.due.status != "complete"]

    before = open_ones()
    _saved(cast, kind)
    assert before and len(open_ones()) == len(before) - 1


def _as(cast: Cast, role: str) -> Client:
    return signed_in(cast.people[role])


@pytest.mark.requirement("R50")
def test_every_form_opens_and_refuses_nonsense_without_keeping_any(cast: Cast) -> None:
    nora, before = _as(cast, Role.COORDINATOR), Change.objects.count()
    for kind, form in ENTRY_FORMS.items():
        address = f"/participants/NET-001/{kind}/new/"
        assert nora.get(address).status_code == 200, kind
        for typed in NONSENSE:
            answer = nora.post(address, dict.fromkeys(form.form.base_fields, typed))
            assert answer.status_code == (400 if "\0" in typed else 422), (kind, typed[:20])
    assert Change.objects.count() == before


@pytest.mark.requirement("R07", "R42")
def test_roles_that_only_read_cannot_open_a_new_entry(cast: Cast) -> None:
    for role in (Role.MONITOR, Role.CHAIR, Role.STATISTICIAN, Role.ADMINISTRATOR):
        client = _as(cast, role)
        for kind in ENTRY_FORMS:
            assert client.get(f"/participants/NET-001/{kind}/new/").status_code == 403, (role, kind)


def test_a_form_that_does_not_exist_is_not_found(cast: Cast) -> None:
    assert _as(cast, Role.COORDINATOR).get("/participants/NET-001/horoscope/new/").status_code == 404
