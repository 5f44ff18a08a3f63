"""Export of a large record: time and peak memory, with 10,000 participants made by SQL in a database of its own.

Starts a PostgreSQL of its own:  .venv/bin/python -m pytest -q -n 0 -s tests/bench/bench_export.py
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from trial.models import Site
from trial.record import changes

PARTICIPANTS = int(os.environ.get("BENCH_PARTICIPANTS", "10000"))
CODE = """
import resource, sys, time, django
django.setup()
from pathlib import Path
from trial.operations import exports
began = time.perf_counter()
manifest = exports.write(sys.argv[1], Path(sys.argv[2]))
rows = sum(each["rows"] for each in manifest["files"])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(f"{sys.argv[1]}: {rows} rows in {time.perf_counter() - began:.0f} s, at most {peak} MB")
"""
FILL = (
    "INSERT INTO trial_participant (site_id, screening_number, number, consented_on, registered_on, born_on,"
    " born_on_missing, sex, race, ethnicity, ecog, ecog_missing, tumour_type, histology, primary_site,"
    " metastatic_sites, functional_syndrome, prior_therapy, \"group\", struck_out_reason)"
    " SELECT %(site)s, n, 'NET-' || lpad(n::text, 5, '0'), '2026-01-05', '2026-01-08', '1950-03', '', 'female',"
    " 'white', 'not_hispanic', 1, '', 'insulinoma', 'islet_cell', '', '', '', '', 'B', ''"
    " FROM generate_series(1, %(many)s) n",
    "INSERT INTO trial_visit (participant_id, visited_on, cycle_number, weight_kg, weight_kg_missing, ecog,"
    " ecog_missing, systolic_mmhg, systolic_mmhg_missing, diastolic_mmhg, diastolic_mmhg_missing, struck_out_reason)"
    " SELECT p.id, date '2026-01-10' + n * 28, n, 71.5, '', 1, '', 130, '', 80, '', '' FROM trial_participant p,"
    " generate_series(1, 6) n",
    "INSERT INTO trial_laboratoryresult (visit_id, analyte, value, value_missing, unit, lower_limit, upper_limit,"
    " struck_out_reason) SELECT v.id, a, 12.5, '', 'g/dL', 12, 16, '' FROM trial_visit v,"
    " unnest(ARRAY['HGB','WBC','NEUT','PLAT','BILI','AST','ALT','ALP','CREAT','K']) a",
    "INSERT INTO trial_eligibilityanswer (participant_id, edition, item, met, struck_out_reason)"
    " SELECT p.id, 1, 'item' || n, true, '' FROM trial_participant p, generate_series(1, 23) n",
)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("form", ["csv", "xlsx", "odm", "odm2"])
def test_export_of_a_large_record(database: str, tmp_path: Path, form: str) -> None:
    """Prints rows, seconds and peak memory of a fresh process; fails above 300 MB."""
    from django.db import connection

    with changes.record(None, "system", "benchmark"):
        site = Site.objects.create(code="NORTH", name="North")
        with connection.cursor() as cursor:
            for words in FILL:
                cursor.execute(words, {"site": site.pk, "many": PARTICIPANTS} if "%(" in words else None)
    environment = os.environ | {"ENDPOINT_DATABASE_NAME": database}
    ran = subprocess.run([sys.executable, "-c", CODE, form, str(tmp_path / "out")], env=environment, check=True,
                         capture_output=True, text=True)  # fmt: skip
    print(f"\n{PARTICIPANTS} participants, {ran.stdout.strip()}")
    assert int(ran.stdout.rsplit("most ", 1)[1].split()[0]) <= 300
