"""Drawings as PDF and PNG: their size, their words, and the same bytes again."""

from io import BytesIO

import pytest
from PIL import Image

from trial.drawing.pictures import as_pdf, as_png
from trial.refused import Refused

SVG = """<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" viewBox="0 0 600 {height}" width="600"
 height="{height}">
<rect x="0" y="0" width="300" height="{height}" fill="#0d4a50"/>
<text x="310" y="40">Zażółć ≥ 3</text>
</svg>"""
TITLE, WORDS = 'Response “A” #1 \\ "x"', "data cut “DSMB-2” · settings 81946fd878f5"


@pytest.mark.parametrize(("dpi", "width", "height"), [(300, 2102, 1051), (600, 4205, 2102)])
def test_a_png_has_its_resolution_its_size_and_its_words(dpi: int, width: int, height: int) -> None:
    made = as_png(SVG.format(height=300), dpi, TITLE, WORDS)
    with Image.open(BytesIO(made)) as picture:
        picture.load()
        assert abs(picture.size[0] - width) <= 1 and abs(picture.size[1] - height) <= 1
        assert [round(each) for each in picture.info["dpi"]] == [dpi, dpi]
        assert (picture.info["Title"], picture.info["Description"]) == (TITLE, WORDS)
        assert picture.convert("RGB").getpixel((50, 50)) == (13, 74, 80)
        assert picture.convert("RGB").getpixel((width - 9, height - 9)) == (255, 255, 255)


def test_a_pdf_carries_its_title_and_is_the_same_again() -> None:
    made = as_pdf(SVG.format(height=300), TITLE, WORDS)
    assert made.startswith(b"%PDF-") and made == as_pdf(SVG.format(height=300), TITLE, WORDS)
    assert made != as_pdf(SVG.format(height=300), TITLE, "another data cut")
    assert b"/MediaBox[0 0 504.5" in made, "178 mm wide"
    assert b"/Type/Font" in made, "letters are letters"


def test_a_picture_that_no_server_should_draw_is_refused_in_words() -> None:
    with pytest.raises(Refused, match="Take the PDF"):
        as_png(SVG.format(height=9000), 600, TITLE, WORDS)
