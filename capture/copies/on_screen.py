"""A document as a page that a browser opens from disk: no server, no script, one style sheet beside it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from capture.copies.document import Document

STYLE = Path(__file__).with_name("archive.css")


def page(document: Document, up: str = "", pdf: str = "") -> str:
    """up: the way to the folder of the index ("../"); pdf: the name of the same on paper, if there is one."""
    return render_to_string("capture/copies/document.html", {"document": document, "up": up, "pdf": pdf})


def index(shown: Mapping[str, Any]) -> str:
    """The page that an archive opens with."""
    return render_to_string("capture/copies/index.html", dict(shown))
