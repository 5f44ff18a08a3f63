"""The words that people read: the terms of the trade, American spelling, one way to write dates, times and percent.

Read are the text and the labels of templates, the strings of Python and JavaScript that are sentences or labels, and
the documents. Identifiers, stored codes and docstrings are not.
"""

import ast
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from django.template import loader

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("trial", "capture", "analysis")
# Words that a site may type into the search for a term, rows of the dictionary as the NCI writes them, and names and
# values as the standards of tabulation write them.
DICTIONARY = ("trial/protocol/ctcae_v3/", "trial/tabulation/")

# What is not said → what is said instead.
NOT_SAID = {
    r"black(ed|ing)?[ -]?outs?": "redact, redaction",
    r"journal of reading": "access log",
    r"(at|through) the door": "sign-in, access check",
    r"spine": "audit schema",
    r"second factor": "two-factor authentication",
    r"telephone": "phone",
    r"(take|taken|took|takes) back": "strike out, revoke",
    r"(somebody|nobody|anybody|everybody)": "a user, no user",
    r"look(s|ed)? again": "refresh, check",
    r"looked at": "explained, viewed",
    r"half-typed": "draft",
    r"rehears\w+": "preview",
    r"(takes?|taken|took) (the record )?out": "export",
    r"br(ing|ings|ought) in": "import",
    r"our reading": "interpretation",
    r"by edition": "in version",
    r"editions? \d": "version",
    r"small letters": "lower-case letters",
    r"for ever": "permanently",
    r"(lies?|lay) (before|after|in the)": "is before, is after",
    r"let(s|ting)? go of": "delete",
    r"patients?": "participant",
    r"subjects?": "participant",
}
BRITISH = {
    r"tumours?": "tumor", r"haem(o|a)\w+": "hem…", r"\w*diarrhoea": "diarrhea", r"oedema": "edema",
    r"isch?aemi\w+": "ischemia", r"(an|leuk)aemia": "…emia", r"phaeo\w+": "pheo…", r"caecum": "cecum",
    r"ionised": "ionized", r"colours?": "color", r"grey": "gray", r"centres?": "center", r"judgement": "judgment",
    r"behaviour": "behavior", r"favour\w*": "favor", r"labelled": "labeled", r"cancelled": "canceled",
    r"(hospital|embol|normal|recogn|organ|summar|minim|random)is(e|ed|ing|ation)": "…ize", r"enrolment": "enrollment",
    r"licence": "license", r"analogues?": "analog", r"millimetres?": "millimeter", r"artefacts?": "artifact",
    r"programmes?": "program", r"catalogue": "catalog", r"dyspnoea": "dyspnea", r"haemolysed": "hemolyzed",
}  # fmt: skip
RULES = {re.compile(rf"\b({pattern})\b", re.IGNORECASE): better for pattern, better in (NOT_SAID | BRITISH).items()}
SPELLING = {re.compile(rf"\b({pattern})\b", re.IGNORECASE): better for pattern, better in BRITISH.items()}
A_CODE = re.compile(r"[a-z0-9_./:<>-]*|[A-Z0-9_-]+")
SPOKEN = re.compile(r'(?:aria-label|title|placeholder|alt|data-label)="([^"]*)"')
TAGS = re.compile(r"<[^>]*>|\{%.*?%\}|\{#.*?#\}|\{\{.*?\}\}")
SPACED_PERCENT = re.compile(r"(?:\d|\}) %(?!\w)")
OWN_DATE = re.compile(r"""\|date:["'](?!c["'])""")

Line = tuple[str, int, str]


def of_templates() -> Iterator[Line]:
    """Every line of a template that holds text, with what a screen reader says."""
    for path in sorted((ROOT / "templates").rglob("*.html")):
        place = str(path.relative_to(ROOT))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            spoken = " ".join(SPOKEN.findall(line))
            yield place, number, f"{TAGS.sub(' ', line)} {TAGS.sub(' ', spoken)}"


def of_programs() -> Iterator[Line]:
    """Every string of the product that is not a docstring, a code, an address or SQL."""
    for folder in PRODUCT:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            tree = ast.parse(path.read_text(encoding="utf-8"))
            skipped = _docstrings(tree)
            for node in ast.walk(tree):
                said = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
                if id(node) not in skipped and not A_CODE.fullmatch(said.strip()) and "SELECT" not in said:
                    yield str(path.relative_to(ROOT)), node.lineno, said  # type: ignore[attr-defined]


def _docstrings(tree: ast.AST) -> set[int]:
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, owners) and node.body and isinstance(node.body[0], ast.Expr)
    }


def of_scripts() -> Iterator[Line]:
    """Every line of a script of ours that holds a string."""
    for path in sorted((ROOT / "trial" / "static" / "js").glob("*.js")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            strings = re.findall(r'"([^"]* [^"]*)"|`([^`]* [^`]*)`', line)
            yield str(path.relative_to(ROOT)), number, " ".join(one or other for one, other in strings)


def of_documents() -> Iterator[Line]:
    """Every line of the README and of the documents; not code in backticks, nor the generated columns."""
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        written, _, _ = path.read_text(encoding="utf-8").partition("## The files\n")
        for number, line in enumerate(written.splitlines(), 1):
            yield str(path.relative_to(ROOT)), number, re.sub(r"`[^`]*`", " ", line)


def broken(lines: Iterator[Line], rules: dict[re.Pattern[str], str] = RULES) -> list[str]:
    """What breaks a rule: file, line, the word, and what to write."""
    return [
        f"{place}:{number}: “{match.group()}”, write: {better}"
        for place, number, text in lines
        if not place.startswith(DICTIONARY)
        for pattern, better in rules.items()
        if (match := pattern.search(text))
    ]


def test_every_template_can_be_read() -> None:
    for path in sorted((ROOT / "templates").rglob("*.html")):
        loader.get_template(str(path.relative_to(ROOT / "templates")))


def test_templates_use_the_terms() -> None:
    assert broken(of_templates()) == []


def test_strings_of_the_product_use_the_terms() -> None:
    assert broken(of_programs()) == []


def test_scripts_use_the_terms() -> None:
    assert broken(of_scripts()) == []


def test_documents_are_in_american_spelling() -> None:
    assert broken(of_documents(), SPELLING) == []


def test_every_decision_is_short_and_whole() -> None:
    text = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
    decisions = [part for part in text.split("\n\n") if part.startswith("**")]
    assert len(decisions) > 40
    for part in decisions:
        assert len(part.split()) <= 60, part
        assert all(f"{name}: " in part.replace("\n", " ") for name in ("Context", "Decision", "Consequence")), part


def test_templates_write_dates_through_the_one_filter() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if OWN_DATE.search(line)
    ]
    assert found == []


# What misled its readers once: a message that states the opposite, a button that says another thing than it does.
MISLED = (
    r"in CTCAE 3\.0 holds",
    r"take a site away",
    r"open for registration",
    r"(is|was) it (an adverse|present)",
    r"open too long",
    r"what is empty was not done",
    r"beyond the stop",
    r"whose word",
    r"withdraw one",
    r"closed for good",
    r"not the present",
    r"fatal outcome belong",
    r"is not (above|below) (dia|its)",
    r"limit of normal is more than 0",
    r"a scan of a lesion lies",
    r"if it rose",
    r"\((mmhg|kg|mg)\) \((mmHg|kg|mg)\)",
)


def test_nothing_that_misled_is_said_again() -> None:
    rules = {re.compile(pattern, re.IGNORECASE): "the fact, or what must be true" for pattern in MISLED}
    assert broken(chain(of_templates(), of_programs(), of_scripts(), of_documents()), rules) == []


def test_programs_write_dates_through_one_module() -> None:
    assert {place for place, _, text in of_programs() if "%b" in text} <= {"trial/rules/dates/site_time.py"}


def test_no_space_stands_before_a_percent_sign() -> None:
    lines = [*of_templates(), *of_programs(), *of_scripts()]
    found = [f"{place}:{number}: {text.strip()}" for place, number, text in lines if SPACED_PERCENT.search(text)]
    assert found == []


@pytest.mark.parametrize("language", ["en-GB", 'lang="en"'])
def test_every_page_is_in_american_english(language: str) -> None:
    pages = [path for path in (ROOT / "templates").rglob("*.html") if language in path.read_text(encoding="utf-8")]
    assert pages == []


@pytest.mark.parametrize(
    ("text", "fails"),
    [("A second look at the tumour", True), ("Blacked out by the chair", True), ("Redacted in change 12", False),
     ("Tumor marker", False), ("It lies before registration.", True), ("tumour_type", False)],
)  # fmt: skip
def test_the_rules_themselves_can_fail(text: str, fails: bool) -> None:
    assert bool(broken(iter([("templates/x.html", 1, text)]))) is fails
