"""The client of `docs/api.md` as it stands there, against the product."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.cast import Cast, register
from tests.program import program_of
from trial.models import Change, Role

DOCS = Path(__file__).resolve().parents[3] / "docs" / "api.md"


def test_the_five_lines_of_python_read_every_participant(cast: Cast, live_server_url: str) -> None:
    register(cast.people[Role.COORDINATOR], cast.north)
    (code,) = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert len(code.strip().splitlines()) == 5
    program = program_of(cast, Role.STATISTICIAN)
    environment = os.environ | {"ENDPOINT_TOKEN": program.secret, "ENDPOINT_URL": live_server_url}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == f"2 participants as of change {Change.objects.order_by('-id')[0].pk}\n"
