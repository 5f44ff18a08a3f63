"""Reads the text of a PDF by its own streams and maps of characters, without the library that wrote it."""

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj(.*?)endobj", re.S)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.S)
_SHOWN = re.compile(rb"/F(\d+) [\d.]+ Tf|\(((?:\\.|[^\\()])*)\) ?Tj|\[((?:\\.|[^\]\\])*)\] ?TJ", re.S)
_IN_ARRAY = re.compile(rb"\(((?:\\.|[^\\()])*)\)", re.S)


def text_of(pdf: bytes) -> str:
    """All that is shown, in the order it is drawn, one space where a new piece begins."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    maps = _maps(pdf, objects)
    streams = [stream for stream in map(_stream, objects.values()) if b" Tf" in stream]
    return " ".join(piece for stream in streams for piece in _shown(stream, maps))


def _stream(body: bytes) -> bytes:
    found = _STREAM.search(body)
    if not found or b"/FontFile" in body or b"/Length1" in body:
        return b""
    try:
        # Its last byte may be one that looks like the end of a line; decompressobj does without it.
        return zlib.decompressobj().decompress(found[1]) if b"FlateDecode" in body else found[1]
    except zlib.error:
        return b""


def _maps(pdf: bytes, objects: dict[int, bytes]) -> dict[int, dict[int, str]]:
    """Number of a font → code → characters, by its ToUnicode."""
    named = dict(re.findall(rb"/F(\d+) (\d+) 0 R", pdf))
    found = {}
    for name, reference in named.items():
        if b"/BaseFont /Helvetica" in objects[int(reference)]:
            continue  # of annotations, which draw nothing themselves
        pointed = re.search(rb"/ToUnicode (\d+) 0 R", objects[int(reference)])
        assert pointed, name
        found[int(name)] = _map(_stream(objects[int(pointed[1])]))
    return found


def _map(table: bytes) -> dict[int, str]:
    return {int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be")
            for code, text in re.findall(rb"<([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)>", table)}  # fmt: skip


def _shown(stream: bytes, maps: dict[int, dict[int, str]]) -> list[str]:
    found, font = [], 0
    for name, string, array in _SHOWN.findall(stream):
        if name:
            font = int(name)
            continue
        raw = _plain(string) if string else b"".join(_plain(each) for each in _IN_ARRAY.findall(array))
        codes = [int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)]
        found.append("".join(maps[font].get(code, "\N{REPLACEMENT CHARACTER}") for code in codes))
    return found


def _plain(string: bytes) -> bytes:
    """Without the escapes of a PDF string."""
    named = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
    return re.sub(rb"\\(.)", lambda found: named.get(found[1], found[1]), string, flags=re.S)
