"""The NCI's own texts come from a file of the site: all of it, or nothing with every error named."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tests.cast import cast_of
from trial.models import GradeText, Role
from trial.protocol.ctcae_v3.full_text import read
from trial.refused import Refused

HEAD = "category,term,select,grade_1,grade_2,grade_3,grade_4,grade_5\n"
ALOPECIA = "SKIN,Hair loss/alopecia (scalp or body),,text one,text two,,,\n"
PAIN = "PAIN,pain,Back,p1,p2,p3,p4,\n"


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("SKIN,Sunburn of the soul,,a,,,,\n", "Line 2: “Sunburn of the soul” is no term of CTCAE 3.0."),
        ("SKIN,Hair loss/alopecia (scalp or body),,a,b,c,,\n", "has no grade 3, and a text is given"),
        ("SKIN,Hair loss/alopecia (scalp or body),,a,,,,\n", "has a grade 2, and its text is missing"),
        ("PAIN,Pain,,a,b,c,d,\n", "“Pain” needs its select."),
        ("PAIN,Pain,Third elbow,a,b,c,d,\n", "“Third elbow” is no select of “Pain”."),
        ("SKIN,Hair loss/alopecia (scalp or body),Scalp,a,b,,,\n", "has no selects"),
        (PAIN + PAIN, "Line 3: “pain” is there twice."),
        ("", "holds no grade texts"),
    ],
)
def test_a_line_that_disagrees_with_the_dictionary_is_named(line: str, error: str) -> None:
    with pytest.raises(Refused) as refused:
        read((HEAD + line).splitlines(keepends=True))
    assert error in str(refused.value)


def test_a_header_without_its_columns_is_refused() -> None:
    with pytest.raises(Refused, match="The header lacks: select, grade_5"):
        read(["term,grade_1,grade_2,grade_3,grade_4\n", "Nausea,a,b,c,d\n"])


def test_a_good_file_is_read_by_name_or_by_code() -> None:
    assert read((HEAD + ALOPECIA + PAIN).splitlines(keepends=True)) == {
        ("hair_loss_alopecia_scalp_or_body", ""): {1: "text one", 2: "text two"},
        ("pain", "back"): {1: "p1", 2: "p2", 3: "p3", 4: "p4"},
    }


def test_a_name_is_read_as_it_is_printed_in_the_list_of_the_nci_too() -> None:
    printed = read([HEAD, "LYMPHATICS,Edema:limb,,a,b,c,d,e\n", "PULMONARY,FEV(1),,a,b,c,d,e\n"])
    ours = read([HEAD, "LYMPHATICS,Edema: limb,,a,b,c,d,e\n", "PULMONARY,FEV1,,a,b,c,d,e\n"])
    assert printed == ours and set(printed) == {("edema_limb", ""), ("fev_1", "")}


def test_one_wrong_line_loads_nothing_and_leaves_what_was_there(database: object, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(HEAD + ALOPECIA, encoding="utf-8")
    bad.write_text(HEAD + PAIN + "SKIN,Sunburn,,a,,,,\n", encoding="utf-8")
    call_command("load_ctcae", str(good), stdout=StringIO())
    with pytest.raises(CommandError, match="Nothing was loaded.\nLine 3"):
        call_command("load_ctcae", str(bad), stdout=StringIO())
    assert set(GradeText.objects.values_list("words", flat=True)) == {"text one", "text two"}
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_ctcae", str(tmp_path / "none.csv"), stdout=StringIO())


def test_the_page_shows_the_loaded_text_named_as_such_and_ours_again_when_it_is_cleared(
    database: object, tmp_path: Path
) -> None:
    nora = Client()
    nora.force_login(cast_of().people[Role.COORDINATOR], backend="django.contrib.auth.backends.ModelBackend")
    page = nora.get("/terms/?q=alopecia").content.decode()
    assert "Hair thinning" in page and "Short description" in page
    place = tmp_path / "nci.csv"
    place.write_text(HEAD + ALOPECIA, encoding="utf-8")
    call_command("load_ctcae", str(place), stdout=StringIO())
    page = nora.get("/terms/?q=alopecia").content.decode()
    assert "text one" in page and "NCI text" in page and "Hair thinning" not in page
    call_command("load_ctcae", clear=True, stdout=StringIO())
    assert "Hair thinning" in nora.get("/terms/?q=alopecia").content.decode()
