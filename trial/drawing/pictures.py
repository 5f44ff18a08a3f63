"""A drawing (SVG) as a PDF, or as a PNG of a resolution; as wide as two columns of a journal.

The same drawing gives the same bytes.
"""

import re
import struct
import zlib

from trial.drawing.pdf import FONTS
from trial.refused import Refused

WIDTH_MM, MM_IN_AN_INCH = 178, 25.4
# Above this a server would need half a gigabyte for one picture.
MOST_PIXELS = 60_000_000
_PAGE = f"""#set document(title: sys.inputs.title, description: sys.inputs.words, date: none)
#set text(font: "DejaVu Sans")
#set page(width: {WIDTH_MM}mm, height: auto, margin: 0pt)
#image("drawing.svg", width: {WIDTH_MM}mm, alt: sys.inputs.title)
"""
_SIZE = re.compile(r'<svg[^>]* viewBox="0 0 ([\d.]+) ([\d.]+)"')
_HEADER_END = 33  # of a PNG: its signature and the chunk of its size


def as_pdf(svg: str, title: str, words: str) -> bytes:
    """title and words: of the document's properties."""
    return _drawn(svg, title, words, format="pdf")


def as_png(svg: str, dpi: int, title: str, words: str) -> bytes:
    """The same as a picture; title and words are its text. Raises Refused where it would be too large."""
    across = WIDTH_MM / MM_IN_AN_INCH * dpi
    if across * across * tallness(svg) > MOST_PIXELS:
        raise Refused(f"The drawing is too tall for a PNG of {dpi} dpi. Take the PDF, or a lower resolution.")
    found = _drawn(svg, title, words, format="png", ppi=dpi)
    per_meter = round(dpi / MM_IN_AN_INCH * 1000)
    chunks = [_chunk(b"pHYs", struct.pack(">IIB", per_meter, per_meter, 1)),
              *(_chunk(b"iTXt", key + b"\0\0\0\0\0" + text.encode())
                for key, text in ((b"Title", title), (b"Description", words)))]  # fmt: skip
    return found[:_HEADER_END] + b"".join(chunks) + found[_HEADER_END:]


def tallness(svg: str) -> float:
    """Height by width of a drawing."""
    width, height = map(float, _SIZE.search(svg).groups())  # type: ignore[union-attr]
    return height / width


def _drawn(svg: str, title: str, words: str, **how: object) -> bytes:
    import typst  # slow to load, and few pages need it

    return bytes(typst.compile(
        {"main.typ": _PAGE.encode(), "drawing.svg": svg.encode()}, sys_inputs={"title": title, "words": words},
        font_paths=[str(FONTS)], ignore_system_fonts=True, **how,
    ))  # fmt: skip


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
