"""A report as a Word document (DOCX): headings are headings, tables are tables, pictures have words.

The same document gives the same bytes. Nothing of it is a field that a program asks about when it opens the file.
"""

from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from trial.drawing import pdf
from trial.drawing.document import Contents, Document, Heading, Line, NewPage, Picture, Table
from trial.rules.xml_text import NEVER

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FONT = "Arial"
MARGIN_MM, PAGE_MM = 14, (210, 297)
# A ZIP file knows no time before it.
FIRST_TIME = (1980, 1, 1, 0, 0, 0)


def as_docx(document: Document) -> bytes:
    """The document with its contents as a table of contents, and page numbers at its foot."""
    from docx import Document as opened  # slow to load, and few pages need it

    paper = opened()
    _begin(paper, document)
    for block in document.blocks:
        match block:
            case Heading():
                style = "Title" if block.level is None else f"Heading {block.level + 1}"
                paper.add_paragraph(_written(block.words), style)
            case Line():
                _line(paper.add_paragraph(), block)
            case Table():
                _table(paper, block)
            case Picture():
                _picture(paper, block)
            case NewPage():
                paper.add_page_break()
            case Contents():
                _contents(paper, document)
    written = BytesIO()
    paper.save(written)
    return _without_times(written)


def _written(words: str) -> str:
    return NEVER.sub(lambda letter: f"[U+{ord(letter[0]):04X}]", words)


def _begin(paper: Any, document: Document) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt, RGBColor

    facts = paper.core_properties
    facts.title, facts.author, facts.comments, facts.language = document.title, "", "", "en-US"
    facts.created = facts.modified = document.at.replace(tzinfo=None)
    section = paper.sections[0]
    section.page_width, section.page_height = map(Mm, PAGE_MM)
    section.left_margin = section.right_margin = Mm(MARGIN_MM)
    for name, size in (("Normal", 9), ("Title", 18), ("Heading 1", 14), ("Heading 2", 11)):
        style = paper.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(size), RGBColor(*pdf.INK)
        fonts = style.element.rPr.rFonts
        for each in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(each), None)
        style.paragraph_format.space_after = Pt(4)
    foot = section.footer.paragraphs[0]
    for words, field in ((f"{document.foot}     page ", "PAGE"), (" of ", "NUMPAGES")):
        run = foot.add_run(_written(words))
        run.font.size = Pt(7)
        _field(foot, field, "1")


def _field(paragraph: Any, code: str, shown: str) -> None:
    """A field of the program that opens the file, with what it shows until that program has counted."""
    _mark(paragraph, "begin")
    _instruct(paragraph, code)
    _mark(paragraph, "separate")
    _line(paragraph, Line(shown, 7))
    _mark(paragraph, "end")


def _mark(paragraph: Any, kind: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    char = OxmlElement("w:fldChar")
    char.set(qn("w:fldCharType"), kind)
    paragraph.add_run()._r.append(char)


def _instruct(paragraph: Any, code: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    instruction = OxmlElement("w:instrText")
    instruction.set(qn("xml:space"), "preserve")
    instruction.text = f" {code} "
    paragraph.add_run()._r.append(instruction)


def _contents(paper: Any, document: Document) -> None:
    """A field over a paragraph for each heading; its end has one of its own, or a reader takes what follows for it."""
    _line(paper.add_paragraph(), Line("Contents", 13, is_bold=True))
    named = [block for block in document.blocks if isinstance(block, Heading) and block.level is not None]
    for place, block in enumerate(named):
        paragraph = paper.add_paragraph()
        if place == 0:
            _mark(paragraph, "begin")
            _instruct(paragraph, r'TOC \o "1-2" \h \z')
            _mark(paragraph, "separate")
        _line(paragraph, Line(f"{'    ' * (block.level or 0)}{block.words}", 8, is_bold=block.level == 0))
        paragraph.paragraph_format.space_after = 0
    if named:
        _mark(paper.add_paragraph(), "end")


def _line(paragraph: Any, line: Line) -> None:
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run(_written(line.words))
    run.font.size, run.bold = Pt(line.size), line.is_bold or None
    paragraph.paragraph_format.keep_with_next = line.is_bold or None
    if line.is_gray:
        run.font.color.rgb = RGBColor(*pdf.GRAY)


def _table(paper: Any, table: Table) -> None:
    """A table whose first row is its head on every page; no row is broken over two."""
    from docx.oxml import OxmlElement
    from docx.shared import Mm

    drawn = paper.add_table(rows=0, cols=len(table.head), style="Table Grid")
    drawn.autofit = False
    widths = [Mm(pdf.WIDTH_MM * share / sum(table.widths)) for share in table.widths]
    for column, width in zip(drawn.columns, widths, strict=True):
        column.width = width
    for place, words in enumerate((table.head, *table.rows)):
        row = drawn.add_row()
        kept = row._tr.get_or_add_trPr()
        kept.append(OxmlElement("w:cantSplit"))
        if place == 0:
            kept.append(OxmlElement("w:tblHeader"))
        for cell, width, text in zip(row.cells, widths, words, strict=True):
            cell.width = width
            cell.paragraphs[0].paragraph_format.space_after = 0
            _line(cell.paragraphs[0], Line(text, table.size, is_bold=place == 0))
    paper.add_paragraph()


def _picture(paper: Any, picture: Picture) -> None:
    from docx.shared import Mm

    drawn = paper.add_picture(BytesIO(picture.png), width=Mm(picture.width_mm))
    drawn._inline.docPr.set("descr", _written(picture.caption))


def _without_times(written: BytesIO) -> bytes:
    """The same files in the same order, none with the time at which it was packed."""
    packed = BytesIO()
    with ZipFile(written) as made, ZipFile(packed, "w", ZIP_DEFLATED) as kept:
        for name in made.namelist():
            kept.writestr(ZipInfo(name, FIRST_TIME), made.read(name), ZIP_DEFLATED)
    return packed.getvalue()
