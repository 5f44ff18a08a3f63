"""Guards that can be broken while the program runs: modules of `PLACES` are loaded with a switch at each of them.

A guard is the condition of an `if` that raises, returns, yields a fault or goes on to the next turn, or a part of it
that `or` joins: broken, it never holds. In an answer such as `return a and b` each part is one: broken, it always
holds.
"""

import ast
import importlib.machinery
import sys
from collections.abc import Sequence
from pathlib import Path
from types import CodeType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PLACES = ("trial/record/access.py", "trial/audit/", "trial/accounts/", "capture/conduct/")
EXITS = (ast.Raise, ast.Return, ast.Continue)
HOLDS, ANSWERS = "holds", "answers"

# The guard that is broken now, and the guards that stopped somebody since this was emptied.
broken = ""
stopped: set[str] = set()


def holds(name: str, value: Any) -> Any:
    """The condition of a guard."""
    if value:
        stopped.add(name)
    return False if name == broken else value


def answers(name: str, value: Any) -> Any:
    """A part of an answer."""
    if not value:
        stopped.add(name)
    return True if name == broken else value


class Switched(ast.NodeTransformer):
    """Puts a switch at each guard of a module; `names` are theirs, `file: words of the guard`, numbered where alike."""

    def __init__(self, file: str) -> None:
        self.file, self.names = file, []  # type: ignore[var-annotated]

    def visit_If(self, node: ast.If) -> ast.If:
        """Switches what leaves the function or the turn."""
        self.generic_visit(node)
        if any(isinstance(each, EXITS) or isinstance(getattr(each, "value", None), ast.Yield) for each in node.body):
            if isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.Or):
                node.test.values = [self._switch(HOLDS, each) for each in node.test.values]
            else:
                node.test = self._switch(HOLDS, node.test)
        return node

    def visit_Return(self, node: ast.Return) -> ast.Return:
        """Switches the parts of an answer."""
        self.generic_visit(node)
        if isinstance(node.value, ast.BoolOp) and isinstance(node.value.op, ast.And):
            node.value.values = [self._switch(ANSWERS, each) for each in node.value.values]
        return node

    def _switch(self, kind: str, condition: ast.expr) -> ast.expr:
        words = f"{self.file}: {ast.unparse(condition)}"
        alike = sum(each == words or each.startswith(f"{words} #") for each in self.names)
        name = f"{words} #{alike + 1}" if alike else words
        self.names.append(name)
        module = ast.parse(f"__import__('tests.mutation.switches', fromlist=['']).{kind}({name!r}, None)", mode="eval")
        call = module.body
        assert isinstance(call, ast.Call)
        call.args[1] = condition
        return ast.copy_location(call, condition)


def names() -> list[str]:
    """Every guard of the places, by file."""
    return [name for path in files() for name in switched(path)[1]]


def files() -> list[Path]:
    """The modules of the places."""
    return sorted(path for each in PLACES for path in
                  ([ROOT / each] if each.endswith(".py") else (ROOT / each).rglob("*.py")))  # fmt: skip


def switched(path: Path) -> tuple[ast.Module, list[str]]:
    """A module with its switches, and their names."""
    switches = Switched(str(path.relative_to(ROOT)))
    tree = switches.visit(ast.parse(path.read_text(encoding="utf-8")))
    return ast.fix_missing_locations(tree), switches.names


class _Loader(importlib.machinery.SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType:
        """Never that of a cache."""
        return compile(switched(Path(self.path))[0], self.path, "exec")


class _Finder:
    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> Any:
        """Loads a module of the places in our way, others as ever."""
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.origin is not None and Path(spec.origin) in self.ours:
            spec.loader = _Loader(name, spec.origin)
        return spec

    def __init__(self) -> None:
        self.ours = set(files())


def install() -> None:
    """From here on modules of the places are loaded with switches."""
    sys.meta_path.insert(0, _Finder())  # type: ignore[arg-type]


_DATABASE = "the database refuses the same"
_REASON = "a change of this act needs a reason"
_ENTRY = "an entry that a query is about stays, and its form is of the casebook"
# Guard → why nothing changes where it is broken.
EQUAL = {
    "capture/conduct/holds.py: first is None": "who asks for an unlock is always named",
    "capture/conduct/redactions.py: len(words) < LEAST_LETTERS": _DATABASE,
    "capture/conduct/redactions.py: words.lower() in because.lower()": _DATABASE,
    "capture/conduct/redactions.py: repeats": _DATABASE,
    "capture/conduct/redactions.py: not refuses": _DATABASE,
    "capture/conduct/redactions.py: not because": _REASON,
    "capture/conduct/redactions.py: not because #2": _REASON,
    "capture/conduct/redactions.py: not said": "a refusal of the database always has words",
    "capture/conduct/signing.py: whole": "without a version the hash is another",
    "capture/conduct/transfers.py: not because.strip()": _REASON,
    "capture/conduct/views/queries.py: not typed.reason.is_valid()": _REASON,
    "capture/conduct/views/queries.py: row is None": _ENTRY,
    "capture/conduct/views/queries.py: book is None": _ENTRY,
    "capture/conduct/views/queries.py: book.form is None": _ENTRY,
    "capture/conduct/views/queries.py: not query.field": "no box has the empty name",
    "trial/accounts/middleware.py: step == 'sign_in' and request.method != 'POST'": "the rule of the view leads there",
    "trial/accounts/security/kept_forms.py: request.headers.get('HX-Request') == 'true'": "it was answered before",
    "trial/accounts/security/kept_forms.py: request.user.is_authenticated": "the cookie names the same person",
    "trial/accounts/security/passwords.py: user is None": "each password of ours is somebody's",
    "trial/accounts/security/passwords.py: user.pk is None": "each password of ours is somebody's",
    "trial/accounts/security/proof.py: person.pk != request.user.pk": "a username is one person's",
    "trial/accounts/security/single_sign_on.py: not address.isascii()": "this database folds no such letter",
    "trial/audit/redaction.py: not field.unique": "each unique text is a code",
    "trial/audit/tables.py: model in passed": "no model leads to itself",
    "trial/audit/tables.py: not issubclass(model, RecordRow)": "what leads elsewhere leads to no participant",
    "trial/record/access.py: person.role in READS_JOURNAL": "who sees every site reads the journal",
}
