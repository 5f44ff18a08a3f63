"""Reads docker-compose.yml: the command and the environment of each service, as the cluster then runs them.

Only what that file uses: mappings by indentation, anchors and `<<`, lists written as JSON. Anything else fails.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
FILE, IMAGE = ROOT / "docker-compose.yml", ROOT / "Dockerfile"
LINE = re.compile(r"^(?P<indent> *)(?P<key>[^\s:#][^:]*):(?: +(?P<value>[^#\s].*?))?(?: +#.*)?$")
# ${NAME:-default}, and ${NAME:?words} for one that must be given.
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::-(?P<default>[^}]*)|:\?(?P<must>[^}]*))?\}")
Node = dict[str, Any]


@dataclass(frozen=True)
class Service:
    """One service: its command and environment as written, and the names of the secrets that it may read."""

    name: str
    command: list[str]
    environment: dict[str, str]
    secrets: list[str]


def services(text: str = "") -> dict[str, Service]:
    """Every service that runs without a profile, in the order of the file."""
    read = parsed(text or FILE.read_text(encoding="utf-8"))
    return {name: _service(name, node) for name, node in read["services"].items() if "profiles" not in node}


def _service(name: str, node: Node) -> Service:
    command = node.get("command") or (_of_the_image() if "build" in node else [])
    return Service(name, command, node.get("environment", {}), node.get("secrets", []))


def _of_the_image() -> list[str]:
    """What the image of the product runs when nothing is said: the first CMD of the Dockerfile."""
    found = re.search(r"^CMD (\[.*\])$", IMAGE.read_text(encoding="utf-8"), re.M)
    assert found is not None
    return list(json.loads(found[1]))


def parsed(text: str) -> Node:
    """The file as nested mappings. Raises AssertionError for a line that is written in another way."""
    root: Node = {}
    anchors: dict[str, Any] = {}
    levels: list[tuple[int, Node]] = [(-1, root)]
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith(("#", "- ")):
            continue
        found = LINE.match(line)
        assert found is not None, f"cannot read this line: {line}"
        depth = len(found["indent"])
        while levels[-1][0] >= depth:
            levels.pop()
        value = _value(found["value"] or "", anchors)
        if found["key"] == "<<":
            levels[-1][1].update({**value, **levels[-1][1]})
            continue
        levels[-1][1][found["key"]] = value
        if isinstance(value, dict):
            levels.append((depth, value))
    return root


def _value(words: str, anchors: dict[str, Any]) -> Any:
    """A new mapping where nothing follows the colon, else what follows: an alias, a list or a text."""
    anchor = re.match(r"&(\w+) ?", words)
    rest = words[anchor.end():] if anchor else words
    value: Any = rest
    if rest.startswith("*"):
        value = anchors[rest[1:]]
    elif rest.startswith("["):
        value = json.loads(rest) if '"' in rest else [each.strip() for each in rest[1:-1].split(",")]
    elif not rest:
        value = {}
    if anchor:
        anchors[anchor[1]] = value
    return value


def filled(words: str, given: dict[str, str]) -> str:
    """A text with its variables: given ones, else their defaults. Raises KeyError for one that must be given."""
    def of(found: re.Match[str]) -> str:
        name = found["name"]
        return given[name] if found["must"] else given.get(name, found["default"] or "")

    return VARIABLE.sub(of, words)
