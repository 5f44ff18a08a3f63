"""Files through a real browser: chosen, rehearsed, confirmed; no barrier, and nothing that the policy forbids."""

from pathlib import Path
from typing import Any

from capture.exchange.data_sets import BY_NAME, columns_in
from tests.browser.test_the_whole_job import _no_barriers, _page
from tests.cast import cast_of
from trial.models import Deviation, Role


def test_a_file_is_chosen_looked_at_and_brought_in(chromium: Any, live_server_url: str, tmp_path: Path) -> None:
    cast, complaints = cast_of(), []
    file = tmp_path / "deviation.csv"
    header = columns_in(BY_NAME["deviation"])
    said = {"screening_number": "1", "happened_on": "12-JAN-2026", "kind": "other", "description": "Scan late"}
    for kind, line in (("wrong", {**said, "happened_on": "31-FEB-2026"}), ("right", said)):
        file.write_text("\n".join((",".join(header), ",".join(line.get(name, "") for name in header))))
        page = _page(chromium, live_server_url, cast.people[Role.STATISTICIAN], complaints)
        page.goto(f"{live_server_url}/files/")
        _no_barriers(page)
        page.set_input_files("#files", str(file))
        page.fill("#source", "paper forms")
        page.get_by_role("button", name="Preview import").click()
        if kind == "wrong":
            page.get_by_text("is not a calendar date").wait_for()
            _no_barriers(page)
    page.get_by_role("button", name="Import 1 row").wait_for()
    _no_barriers(page)
    assert not Deviation.objects.exists()
    page.get_by_role("button", name="Import 1 row").click()
    page.get_by_text("Imported from paper forms; rows: 1.").wait_for()
    assert Deviation.objects.get().description == "Scan late"
    assert [each for each in complaints if "422" not in each] == []
