"""Documents say what is there: paths, links, and decision records of one shape."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
RECORDS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *RECORDS,
]
ROOTS = ("monitor", "streams", "tests", "docs", "recordings")
SOURCES = (".py", ".md")
KNOWN = [
    path.relative_to(ROOT).as_posix()
    for root in ROOTS
    for path in (ROOT / root).rglob("*")
    if "__pycache__" not in path.parts
]
MODULE = re.compile(r"(monitor|streams)(\.[a-z_]\w*)+")
HEADINGS = ("## Context", "## Decision", "## Consequences")
MOST_WORDS = 550
LONGEST_LINE = 120


def name_of(path: Path) -> str:
    """Path within the project."""
    return path.relative_to(ROOT).as_posix()


def without_blocks(text: str) -> str:
    """A document without its indented and fenced blocks, which are examples."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    return re.sub(r"(?:^|(?<=\n))(?:    .*\n)+", "\n", text)


def paths_in(text: str) -> Iterator[str]:
    """What a document names in backticks that is a path or a module of ours."""
    for quoted in re.findall(r"`([^`\n]+)`", text):
        for word in quoted.split():
            if any(sign in word for sign in "<>*{}:=…"):
                continue
            if MODULE.fullmatch(word) or is_path(word):
                yield word


def is_path(word: str) -> bool:
    """Whether a word looks like a path within the project."""
    inside = word.split("/")[0] in ROOTS and "/" in word
    return inside or word.endswith(SOURCES)


def exists(word: str, document: Path) -> bool:
    """Whether a path is there: from the root, from the document, or as the end of one.

    A module may be followed by the name of something in it.
    """
    if MODULE.fullmatch(word):
        parts = word.split(".")
        ends = [ROOT.joinpath(*parts[:n]) for n in (len(parts), len(parts) - 1)]
        return ends[0].is_dir() or any(e.with_suffix(".py").is_file() for e in ends)
    if (ROOT / word).exists() or (document.parent / word).exists():
        return True
    end = "/" + word.rstrip("/")
    return any(known.endswith(end) for known in KNOWN)


def links_in(text: str) -> Iterator[str]:
    """Targets of links within the project."""
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" not in target:
            yield target


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_paths_and_links_of(document: Path) -> None:
    text = without_blocks(document.read_text(encoding="utf-8"))
    assert [word for word in paths_in(text) if not exists(word, document)] == []
    broken = []
    for link in links_in(text):
        place, _, anchor = link.partition("#")
        target = document.parent / place if place else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def anchors(document: Path) -> set[str]:
    """Anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.M)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in headings
    }


def test_a_path_that_is_not_there_is_found() -> None:
    text = "`monitor/qc/one.py`, `monitor.qc.one`, `wire.py`, `nothing_here.py`, `a/b`"
    missing = [word for word in paths_in(text) if not exists(word, ROOT / "README.md")]
    assert missing == ["monitor/qc/one.py", "monitor.qc.one", "nothing_here.py"]


def test_records_are_numbered_without_gaps() -> None:
    numbers = [int(record.name[:4]) for record in RECORDS]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("record", RECORDS, ids=name_of)
def test_shape_of_the_record(record: Path) -> None:
    text = record.read_text(encoding="utf-8")
    title, _, dated = text.splitlines()[:3]
    assert re.fullmatch(rf"# {int(record.name[:4])}\. .+", title)
    assert re.match(r"20\d\d-\d\d-\d\d\b.* · (accepted|superseded|proposed)", dated)
    assert tuple(re.findall(r"^## .*$", text, re.M)) == HEADINGS
    assert len(text.split()) <= MOST_WORDS
    assert max(map(len, text.splitlines())) <= LONGEST_LINE


def test_the_map_names_every_room() -> None:
    said = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = [
        f"{package}/{room.name}/"
        for package in ("monitor", "streams")
        for room in (ROOT / package).iterdir()
        if (room / "__init__.py").is_file()
    ]
    assert len(rooms) > 15
    assert [room for room in rooms if f"`{room}`" not in said] == []
