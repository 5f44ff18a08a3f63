"""`python -m tests.peers.word_and_back REPORT.docx`: whether another office program reads the report without loss.

LibreOffice (Debian: libreoffice-writer-nogui) opens the document, writes it as ODT and from that as DOCX again;
headings, lines and every cell of every table are compared. By hand, since LibreOffice is no part of the product.
"""

import subprocess
import sys
import tempfile
from difflib import unified_diff
from pathlib import Path

import docx


def read(path: Path) -> tuple[list[tuple[str, str]], list[list[list[str]]]]:
    """(style, words) of each paragraph with words, without the list of contents, and the tables as rows of cells."""
    paper = docx.Document(str(path))
    lines = [(each.style.name if each.style.name.startswith(("Title", "Heading")) else "", each.text.strip())
             for each in paper.paragraphs if each.text.strip()]  # fmt: skip
    headings = {words for style, words in lines if style}
    lines = [(style, words) for style, words in lines if style or words not in headings]
    return lines, [[[cell.text.strip() for cell in row.cells] for row in table.rows] for table in paper.tables]


def converted(path: Path, ending: str, folder: Path) -> Path:
    """The file as LibreOffice writes it."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    words = ["soffice", "--headless", profile, "--convert-to", ending, "--outdir", str(folder / ending), str(path)]
    subprocess.run(words, check=True, capture_output=True, timeout=300)
    return folder / ending / f"{path.stem}.{ending}"


def main(path: Path) -> int:
    """Prints what was compared and each difference; 1 where there is one."""
    with tempfile.TemporaryDirectory() as place:
        back = converted(converted(path, "odt", Path(place)), "docx", Path(place))
        (lines, tables), (lines_back, tables_back) = read(path), read(back)
    differ = [each for each in unified_diff(*(list(map(str, each)) for each in (lines, lines_back)), lineterm="", n=0)
              if each[0] in "+-" and each[:3] not in ("+++", "---")]  # fmt: skip
    differ += [f"table {place}: {here[0]} came back as {there[0]}" for place, (here, there) in
               enumerate(zip(tables, tables_back, strict=False), start=1) if here != there]  # fmt: skip
    differ += [f"{len(tables)} tables, {len(tables_back)} came back"] if len(tables) != len(tables_back) else []
    cells = sum(len(row) for table in tables for row in table)
    print(f"{len(tables)} tables with {cells} cells and {len(lines)} lines compared: {len(differ)} differences.")
    print("\n".join(differ))
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
