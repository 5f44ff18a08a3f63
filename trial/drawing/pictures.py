"""A drawing (SVG) as a PDF, or as a PNG or TIFF of a resolution; as wide as one column of a journal, or as two.

The same drawing gives the same bytes.
"""

import re
import struct
import zlib
from io import BytesIO

from trial.drawing.pdf import FONTS
from trial.refused import Refused

ONE_COLUMN_MM, TWO_COLUMNS_MM, MM_IN_AN_INCH = 86, 178, 25.4
# Above this a server would need half a gigabyte for one picture.
MOST_PIXELS = 60_000_000
_PAGE = """#set document(title: sys.inputs.title, description: sys.inputs.words, date: none)
#set text(font: "DejaVu Sans")
#let across = float(sys.inputs.across) * 1mm
#set page(width: across, height: auto, margin: 0pt)
#image("drawing.svg", width: across, alt: sys.inputs.title)
"""
_SIZE = re.compile(r'<svg[^>]* viewBox="0 0 ([\d.]+) ([\d.]+)"')
_HEADER_END = 33  # of a PNG: its signature and the chunk of its size


def as_pdf(svg: str, title: str, words: str, width_mm: int = TWO_COLUMNS_MM) -> bytes:
    """title and words: of the document's properties."""
    return _drawn(svg, title, words, width_mm, format="pdf")


def as_png(svg: str, dpi: int, title: str, words: str, width_mm: int = TWO_COLUMNS_MM) -> bytes:
    """The same as a picture; title and words are its text. Raises Refused where it would be too large."""
    across = width_mm / MM_IN_AN_INCH * dpi
    if across * across * tallness(svg) > MOST_PIXELS:
        raise Refused(f"The drawing is too tall for a PNG of {dpi} dpi. Take the PDF, or a lower resolution.")
    found = _drawn(svg, title, words, width_mm, format="png", ppi=dpi)
    per_meter = round(dpi / MM_IN_AN_INCH * 1000)
    chunks = [_chunk(b"pHYs", struct.pack(">IIB", per_meter, per_meter, 1)),
              *(_chunk(b"iTXt", key + b"\0\0\0\0\0" + text.encode())
                for key, text in ((b"Title", title), (b"Description", words)))]  # fmt: skip
    return found[:_HEADER_END] + b"".join(chunks) + found[_HEADER_END:]


def as_tiff(svg: str, dpi: int, title: str, words: str, width_mm: int = TWO_COLUMNS_MM) -> bytes:
    """The picture as journals ask for it: without loss, on white, title and words as its description."""
    from PIL import Image  # as slow to load as the other

    made = BytesIO()
    with Image.open(BytesIO(as_png(svg, dpi, title, words, width_mm))) as drawn:
        drawn.convert("RGB").save(made, "TIFF", compression="tiff_lzw", dpi=(dpi, dpi),
                                  description=f"{title}. {words}".encode("ascii", "replace").decode())  # fmt: skip
    return made.getvalue()


def tallness(svg: str) -> float:
    """Height by width of a drawing."""
    width, height = map(float, _SIZE.search(svg).groups())  # type: ignore[union-attr]
    return height / width


def _drawn(svg: str, title: str, words: str, width_mm: int, **how: object) -> bytes:
    import typst  # slow to load, and few pages need it

    return bytes(typst.compile(
        {"main.typ": _PAGE.encode(), "drawing.svg": svg.encode()},
        sys_inputs={"title": title, "words": words, "across": str(width_mm)},
        font_paths=[str(FONTS)], ignore_system_fonts=True, **how,
    ))  # fmt: skip


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
