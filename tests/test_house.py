"""The habits of the house as tests: style, types of the pure code, migrations, deployment checks, sizes."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PURE = ["trial/refused.py", "trial/protocol", "trial/rules", "trial/tabulation", "trial/drawing/axes.py",
        "analysis/statistics", "analysis/outcomes",
        "analysis/endpoints", "analysis/charts", "capture/participants/timeline"]


def _run(*words: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def _modules() -> list[Path]:
    return [path for folder in ("trial", "capture", "analysis") for path in sorted((ROOT / folder).rglob("*.py"))]


def test_ruff_finds_nothing() -> None:
    _run("-m", "ruff", "check", "--no-cache", ".")


def test_pure_code_is_strictly_typed() -> None:
    _run("-m", "mypy", *PURE)


def test_every_model_change_has_its_migration(database: str) -> None:
    _run("manage.py", "makemigrations", "--check", "--dry-run", ENDPOINT_DATABASE_NAME=database)


@pytest.mark.requirement("R14")
def test_the_deployment_checks_pass_in_production() -> None:
    _run(
        "manage.py", "check", "--deploy", "--fail-level", "WARNING",
        ENDPOINT_ENV="production", ENDPOINT_HOSTS="trial.example",
        ENDPOINT_SECRET_KEY="Zk3v9Qm-0aXw7Lr2Tn8Bc5Yd1Ph6Gs4Jf_eUoViRqWxMzKtNbDlSaCgHyEj",
    )


@pytest.mark.parametrize("missing", ["ENDPOINT_SECRET_KEY", "ENDPOINT_HOSTS"])
def test_production_refuses_to_start_without(missing: str) -> None:
    words = {"ENDPOINT_SECRET_KEY": "Zk3v9Qm-0aXw7Lr2Tn8B" * 3, "ENDPOINT_HOSTS": "trial.example", missing: ""}
    with pytest.raises(AssertionError, match="Production needs"):
        _run("manage.py", "check", ENDPOINT_ENV="production", **words)


@pytest.mark.requirement("R12")
def test_production_refuses_to_start_without_the_second_factor() -> None:
    words = {"ENDPOINT_SECRET_KEY": "Zk3v9Qm-0aXw7Lr2Tn8B" * 3, "ENDPOINT_HOSTS": "trial.example"}
    with pytest.raises(AssertionError, match="Production needs two-factor authentication"):
        _run("manage.py", "check", ENDPOINT_ENV="production", ENDPOINT_SECOND_FACTOR="off", **words)


def test_no_module_is_longer_than_400_lines() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in _modules()
               if "migrations" not in path.parts}
    assert {path: lines for path, lines in lengths.items() if lines > 400} == {}


def test_no_function_is_longer_than_45_lines() -> None:
    long = {
        f"{path.relative_to(ROOT)}: {node.name}": node.end_lineno - node.lineno + 1
        for path in (*_modules(), *(ROOT / "tests").rglob("*.py")) if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.end_lineno is not None
    }  # fmt: skip
    assert {name: lines for name, lines in long.items() if lines > 45} == {}


def _asks_for_rows_not_struck_out(node: ast.AST) -> bool:
    """`struck_out_reason=""` (or below a foreign key) as an argument, or as an entry of a dict of arguments."""
    if isinstance(node, ast.keyword):
        named, value = node.arg or "", node.value
        return named.endswith("struck_out_reason") and isinstance(value, ast.Constant) and value.value == ""
    if isinstance(node, ast.Dict):
        return any(isinstance(key, ast.Constant) and str(key.value).endswith("struck_out_reason")
                   and isinstance(value, ast.Constant) and value.value == ""
                   for key, value in zip(node.keys, node.values, strict=True))  # fmt: skip
    return False


def test_rows_that_are_not_struck_out_are_asked_for_by_standing() -> None:
    allowed = ROOT / "trial/models/base.py"
    paths = [*_modules(), *sorted((ROOT / "tests").rglob("*.py"))]
    places = [f"{path.relative_to(ROOT)}:{node.lineno}" for path in paths
              if path != allowed and "migrations" not in path.parts
              for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
              if _asks_for_rows_not_struck_out(node)]  # fmt: skip
    assert places == []


# Told apart by code, as `trial/refused.py` says of those that are Refused; the others are no refusal of what was asked.
EXCEPTIONS = {
    "Refused", "ChecksFailed", "SecondLook", "EditedMeanwhile", "Waivable", "WaitsAlready", "UnderWay",
    "NowhereToDrill", "MovedMeanwhile", "NotOfRole",
    "Blocked",  # signs out
    "Unreachable",  # the identity provider: nothing was tried, nothing is counted
    "Copied",  # a passkey: also put on record
    "TooMany",  # a report of an import, which is answered with what it holds
    "SavedAlready",  # answered by a middleware, whatever the page
    "ProgramFailed",  # of PostgreSQL's programs, in their words: the caller says what that means
    "Stop",  # ends the supervisor
    "_Wrong",  # one line of a file, gathered with the others
    "Break",  # of a program that is handed out alone
    "WrongMoment",  # answered with 404
    "CallRefused",  # of the API: answered with its status
    "ManyToDerive",  # handed out to other workers
    "ImpossibleDates",  # of data, not of what a person asked
}  # fmt: skip


def test_what_cannot_be_done_is_one_exception_but_for_kinds_that_code_tells_apart() -> None:
    classes = {node.name: {ast.unparse(base).rpartition(".")[2] for base in node.bases} for path in _modules()
               for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.ClassDef)}
    raised = {"Exception", "ValueError", "RuntimeError"}
    while more := {name for name, bases in classes.items() if bases & raised} - raised:
        raised |= more
    assert raised - {"Exception", "ValueError", "RuntimeError"} == EXCEPTIONS


MOST_PARAMETERS = 7


def test_no_function_takes_more_than_seven_parameters() -> None:
    """Constructors of dataclasses are not functions of ours; self and cls are not counted."""
    found = {}
    for path in _modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                named = [each.arg for each in given if each.arg not in ("self", "cls")]
                if len(named) > MOST_PARAMETERS:
                    found[f"{path.relative_to(ROOT)}:{node.lineno}"] = named
    assert found == {}


# Module → why what it needs is not handed down.
CONTEXT_VARIABLES = {
    "trial/record/rows.py": "edit checks, schedule and page ask the same of a participant, none of them with a request",
    "trial/record/site_clock.py": "the fields of a form are declared once, for every site, and get no request",
}


def test_what_a_save_needs_is_handed_down() -> None:
    """No context variable but those with a reason; and a page hands down what its request says, nothing of its own."""
    holds, makes = set(), set()
    for path in _modules():
        text, name = path.read_text(encoding="utf-8"), str(path.relative_to(ROOT))
        if "ContextVar(" in text:
            holds.add(name)
        if "HttpRequest" in text and name != "trial/record/save.py" and any(
            isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "Save"
            for node in ast.walk(ast.parse(text))
        ):  # fmt: skip
            makes.add(name)
    assert holds == set(CONTEXT_VARIABLES)
    assert makes == set(), "a page that makes a Save of its own loses the token, and saves a form that came back"
