"""What differs between two folders of `same_outputs.py record`.

Left out, since it differs between two runs of one program or two of its versions:

- fields of JSON: `LEFT_OUT` (durations, versions), wherever they stand; the hashes of
  the program's own files among them (`OF_PROGRAM`), in pages and on paper, too
- in texts and pages: dates with a time, versions of programs, names that matplotlib
  makes up in SVG, lines of progress that come every ten seconds of the clock
- in PDF: dates and the identity that comes of them, lengths and offsets, kerning
- in gzip: the header; what is compared is unpacked
"""

import csv
import gzip
import json
import re
import zlib
from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import zip_longest
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np

OF_PROGRAM = frozenset({"program_sha256", "wishes_sha256"})
LEFT_OUT = OF_PROGRAM | {"timing_ms", "versions", "program"}
DATE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
VERSION = re.compile(r"(?<=mrs-monitor )\d+\.\d+\.\d+\S*")
PROGRESS = re.compile(r"^\d+ transients( \(\d+ missing\))?, .*\n", re.MULTILINE)
SVG_NAME = re.compile(r"\b[mp][0-9a-f]{10}\b")
PDF_MADE = re.compile(
    rb"/(CreationDate|ModDate) \([^)]*\)|/ID ?\[[^\]]*\]|/Length1? \d+"
    rb"|^\d+ 0 obj\s+\d+\s+endobj|^xref\n.*?^trailer|^startxref\n\d+",
    re.MULTILINE | re.DOTALL,
)
PDF_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
PDF_STRING = re.compile(rb"\(((?:[^()\\]|\\.)*)\)", re.DOTALL)
PDF_TEXT = re.compile(rb"\[((?:[^][()]|\((?:[^()\\]|\\.)*\))*)\]\s*TJ", re.DOTALL)
PIECE = 8  # characters of a hash that is told over several lines
SHOWN = 100  # characters of a line


def compare(before: Path, after: Path, only: str = "*") -> int:
    """Print what differs; the number of cases that do."""
    names = {p.name for place in (before, after) for p in place.iterdir() if p.is_dir()}
    names = {name for name in names if fnmatch(name, only)}
    differing = 0
    for name in sorted(names):
        found = list(differences(before / name, after / name))
        differing += bool(found)
        for line in found:
            print(f"{name}: {line}")
    said = f"{differing} differ" if differing else "the same"
    print(f"{len(names)} cases: {said}")
    return differing if names else 1


def differences(before: Path, after: Path) -> Iterator[str]:
    """What differs between the outputs of one case, a line each."""
    for place in (before, after):
        if not place.is_dir():
            yield f"not in {place.parent}"
            return
    files = {p.relative_to(c) for c in (before, after) for p in c.rglob("*")}
    own = program_hashes(before) | program_hashes(after)
    for name in sorted(files):
        a, b = before / name, after / name
        if not (a.exists() and b.exists()):
            yield f"{name}: not in {(b if a.exists() else a).parent}"
        elif a.is_file() and a.read_bytes() != b.read_bytes():
            said = _differs(a, b, own)
            if said:
                yield f"{name}: {said}"


def program_hashes(case: Path) -> frozenset[str]:
    """Hashes of the program's own files that a case's JSON names."""
    named = re.compile(rf'"(?:{"|".join(OF_PROGRAM)})": "(\w+)"')
    texts = [path.read_text(encoding="utf-8") for path in case.rglob("*.json")]
    return frozenset(found for text in texts for found in named.findall(text))


def _differs(a: Path, b: Path, own: frozenset[str] = frozenset()) -> str:
    """What differs between two files of one kind; empty: nothing that counts."""
    before, after = a.read_bytes(), b.read_bytes()
    match a.suffix:
        case ".json":
            return of_json(json.loads(before), json.loads(after))
        case ".csv" | ".tsv":
            return of_tables(a, b)
        case ".png":
            return of_arrays(matplotlib.image.imread(a), matplotlib.image.imread(b))
        case ".gz":
            return of_niftis(gzip.decompress(before), gzip.decompress(after))
        case ".pdf":
            return of_texts(*(plain_pdf(file, own) for file in (before, after)))
    try:
        return of_texts(
            *(_without_hashes(file.decode(), own) for file in (before, after))
        )
    except UnicodeDecodeError:
        return "other bytes"


def _without_hashes(text: str, own: frozenset[str]) -> str:
    for known in own:
        text = text.replace(known, "HASH")
    return text


def plain_pdf(file: bytes, own: frozenset[str]) -> str:
    """A PDF with its streams unpacked, and text as text."""

    def text_of(found: re.Match[bytes]) -> bytes:
        text = (
            b"".join(PDF_STRING.findall(found[1])).replace(b"\0", b"").decode("latin-1")
        )
        if len(text) >= PIECE and any(text in known for known in own):
            text = "HASH"
        return f"({_without_hashes(text, own)}) Tj".encode("latin-1")

    def unpack(found: re.Match[bytes]) -> bytes:
        try:
            inner = zlib.decompress(found[1])
        except zlib.error:
            inner = found[1]
        return b"stream\n" + PDF_TEXT.sub(text_of, inner) + b"\nendstream"

    bare = PDF_MADE.sub(b"", PDF_STREAM.sub(unpack, file))
    return bare.decode("latin-1")


def of_texts(a: str, b: str) -> str:
    """The first line that differs, and how many do."""
    lines = zip_longest(normal(a).splitlines(), normal(b).splitlines())
    pairs = [(i, x, y) for i, (x, y) in enumerate(lines, 1) if x != y]
    if not pairs:
        return ""
    i, x, y = pairs[0]
    return f"{len(pairs)} lines, first {i}: {_short(x)} | {_short(y)}"


def normal(text: str) -> str:
    """A text without what may differ between two runs."""
    text = PROGRESS.sub("", VERSION.sub("VERSION", DATE.sub("DATE", text)))
    seen: dict[str, str] = {}
    return SVG_NAME.sub(
        lambda found: seen.setdefault(found[0], f"svg{len(seen)}"), text
    )


def _short(line: str | None) -> str:
    if line is None:
        return "(no line)"
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}..."


def of_json(a: Any, b: Any) -> str:
    """The first entry that differs, and the largest difference of numbers."""
    return of_entries(dict(entries(a)), dict(entries(b)))


def entries(value: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf of a JSON value with its place, but what is left out."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            if key not in LEFT_OUT:
                yield from entries(inner, f"{where}.{key}")
    elif isinstance(value, list) and value:
        for i, inner in enumerate(value):
            yield from entries(inner, f"{where}[{i}]")
    else:
        yield where, normal(value) if isinstance(value, str) else value


def of_tables(a: Path, b: Path) -> str:
    """The first cell that differs, by row and column, and the largest difference."""
    return of_entries(*(dict(cells(path)) for path in (a, b)))


def cells(path: Path) -> Iterator[tuple[str, str]]:
    """Every cell of a table with its row and column; the order of columns, too."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file, delimiter="\t" if path.suffix == ".tsv" else ","))
    names = rows[0] if rows else []
    yield "columns", ",".join(names)
    for i, row in enumerate(rows[1:], 1):
        for name, cell in zip_longest(names, row, fillvalue="?"):
            yield f"row {i} {name}", normal(cell)


def of_entries(a: dict[str, Any], b: dict[str, Any]) -> str:
    """The first entry that differs, and the largest difference of numbers."""
    missing = object()
    keys = [
        key for key in {**a, **b} if _other(a.get(key, missing), b.get(key, missing))
    ]
    if not keys:
        return ""
    first = keys[0]
    gaps = [_gap(a.get(key), b.get(key)) for key in keys]
    numeric = [gap for gap in gaps if gap is not None]
    largest = f", numbers by up to {max(numeric):.3g}" if numeric else ""
    x, y = (repr(d.get(first, "(absent)")) for d in (a, b))
    return f"{len(keys)} entries{largest}; first {first}: {_short(x)} | {_short(y)}"


def _other(a: Any, b: Any) -> bool:
    """Whether two leaves differ; NaN is NaN."""
    return repr(a) != repr(b)


def _gap(a: Any, b: Any) -> float | None:
    """Absolute difference of two numbers, as such or in a text."""
    try:
        return abs(float(a) - float(b))
    except (TypeError, ValueError):
        return None


def of_niftis(a: bytes, b: bytes) -> str:
    """Differences of header and samples of two unpacked NIfTI files."""
    if a == b:
        return ""
    offset = _offset(a)
    heads = [normal(x[:offset].decode("latin-1")) for x in (a, b)]
    if heads[0] != heads[1]:
        return "other header: " + of_texts(*heads)
    samples = [np.frombuffer(x[offset : len(x) // 4 * 4], "<f4") for x in (a, b)]
    return of_arrays(*samples)


def _offset(file: bytes) -> int:
    """Where the samples begin: NIfTI-1 says so at 108, NIfTI-2 (540 bytes) at 168."""
    if int.from_bytes(file[:4], "little") == 540:
        return int.from_bytes(file[168:176], "little")
    return int(np.frombuffer(file, "<f4", 1, 108)[0])


def of_arrays(a: np.ndarray, b: np.ndarray) -> str:
    """How many elements differ, and by how much at most."""
    if a.shape != b.shape:
        return f"shape {a.shape} | {b.shape}"
    if np.array_equal(a, b, equal_nan=True):
        return ""
    gaps = np.abs(a.astype(float) - b.astype(float))
    return f"{np.count_nonzero(gaps)} values, by up to {np.nanmax(gaps):.3g}"
