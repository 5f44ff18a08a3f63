"""Programs that read an export: R is run, the others name every column with its label and its codes."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from capture.exchange.data_sets import BY_NAME, every
from capture.exchange.exporting import import_programs
from capture.exchange.exporting.export import export
from tests.analysis.submission.conftest import odd_database
from tests.plugin_postgres import another_database
from trial.models import AdverseEvent

pytestmark = pytest.mark.requirement("R61")
ASK_R = r"""
setwd(commandArgs(TRUE)[1]); source("import.R")
events <- record[["adverse_event"]]; people <- record[["registration"]]
cat(nrow(events), class(events$grade), attr(events$grade, "label"), names(attr(events$grade, "labels"))[3],
    attr(people$sex, "labels")[["Female"]], class(people$consented_on), length(record),
    grep("^=", record[["waivers"]]$requested_because, value = TRUE), sep = "\n")
"""


def test_r_reads_every_file_with_types_labels_and_the_words_of_codes(template_database: str, tmp_path: Path) -> None:
    with another_database(template_database, odd_database()):
        manifest, events = export("stats", tmp_path / "out"), AdverseEvent.objects.count()
    assert {"import.R", "import.sas", "import.sps", "import.do"} < {each["file"] for each in manifest["files"]}
    program = shutil.which("Rscript")
    if program is None:
        pytest.skip("R is not installed here")
    ran = subprocess.run([program, "--vanilla", "-e", ASK_R, str(tmp_path / "out")], capture_output=True, text=True,
                         check=False)  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == [
        str(events), "numeric", "Grade", "3 Severe", "female", "Date", str(len(every())),
        "=Treated five years ago",
    ]  # fmt: skip


@pytest.mark.parametrize("name", sorted(import_programs.PROGRAMS))
def test_every_program_names_every_column_and_every_code(tmp_path: Path, name: str) -> None:
    import_programs.write(tmp_path)
    program = (tmp_path / name).read_text(encoding="utf-8")
    for data_set in every():
        assert re.search(rf"\b{data_set.name}\b", program), data_set.name
        for column in data_set.columns:
            read = import_programs.read_as(data_set, column)
            assert re.search(rf"\b{column.name}\b", program) and len(column.name) <= import_programs.LONGEST_NAME
            assert all(words.replace("'", "''") in program or words in program for _, words in read.codes), read


def test_a_column_is_read_by_its_type() -> None:
    def kind(data_set: str, column: str) -> str:
        columns = {each.name: each for each in BY_NAME[data_set].columns}
        return import_programs.read_as(BY_NAME[data_set], columns[column]).kind

    assert [kind("adverse_event", each) for each in ("grade", "onset_on", "term", "cycle_number", "aware_on")] == [
        "number", "text", "text", "number", "date"]  # fmt: skip
