"""A name that stands wherever a person's may stand gets into nothing that is written.

Names of files and folders, authors, the text of every kind of event and a kind that was
typed: each holds the name, and every byte of every output is looked through for it.
"""

import gzip
import itertools
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import h5py
import pytest
from free_ports import free_endpoint
from typer.testing import CliRunner

from monitor.cli import app
from streams.export.nifti_mrs import write_session
from streams.export.shared_fields import KINDS, REMARK
from streams.messages.transient import Body, End, Event, Transient, number
from streams.messages.wire import encode
from streams.recording.journal import Journal
from streams.sources.files.open_file import open_source

RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"
SHORT = RECORDINGS / "infusion-short.mcap"
NAME = "Öztürk-Łęcka"
WAYS = (
    NAME.encode(),
    NAME.encode("utf-16-le"),
    NAME.encode("ascii", "backslashreplace"),
    NAME.encode("ascii", "xmlcharrefreplace"),
    json.dumps(NAME)[1:-1].encode(),
    quote(NAME).encode(),
)
"""Bytes that a name may be written as."""
TRANSIENTS, MARKED = 28, 3
QUICK = ("--window", "8", "--step", "8", "--reference", "0:60")
FITTED = ("--protocol", "virtual_press_3t_te30", *QUICK)


def typed(time_s: float) -> Iterator[Event]:
    """Every kind of event, once, with the name in all that can be typed."""
    kinds = [*sorted(KINDS - {"blinded"}), f"{NAME} coughs"]
    for kind in kinds:
        yield Event(time_s, kind, f"{NAME} 0:60", f"Dr {NAME}")
    yield Event(time_s, "settings", f'{{"window": "{NAME}"}}', NAME)
    yield Event(time_s, "settings", f'{{"rejected_epochs": ["{NAME}"]}}', NAME)


def planted() -> Iterator[Body]:
    """The beginning of a session, the name in it."""
    counted = itertools.count(1)
    for body in open_source(SHORT).bodies:
        yield body
        if isinstance(body, Transient):
            taken = next(counted)
            if taken == MARKED:
                yield from typed(body.time_s)
            if taken == TRANSIENTS:
                break
    yield End(TRANSIENTS, f"{NAME} wants out")


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A recording and a NIfTI-MRS file of it, in a folder of that name."""
    folder = tmp_path_factory.mktemp("names") / f"{NAME}_folder"
    recording = folder / f"{NAME}.mcap"
    folder.mkdir()
    with Journal.create(recording) as journal:
        for message in number(planted()):
            journal.append(encode(message))
    bodies = [body for body in planted() if not isinstance(body, Event)]
    written = write_session(folder / f"{NAME}_scan.nii.gz", number(bodies))
    (file,) = (path for path in written if "_scan.nii" in path.name)
    return recording, file


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a program runs that has no display."""
    monkeypatch.setattr(
        "monitor.commands.has_display.no_display", lambda: "this is a test"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ran(*words: object) -> str:
    """Run the program to its good end; what it said."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def contents(path: Path) -> Iterator[bytes]:
    """The bytes of a file, and those packed in it."""
    content = path.read_bytes()
    yield content
    if content.startswith(b"\x1f\x8b"):
        yield gzip.decompress(content)
    if content.startswith(b"%PDF"):
        for part in content.split(b"stream")[1:]:
            try:
                yield zlib.decompressobj().decompress(part.lstrip(b"\r\n"))
            except zlib.error:
                continue


def is_named(content: bytes) -> bool:
    """Whether the name is in there, in whatever case and writing."""
    either = content.lower()
    return any(way.lower() in either for way in (*WAYS, NAME.lower().encode()))


def holding(folder: Path) -> list[str]:
    """Files below a folder that hold the name, or are called by it."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files, f"nothing was written into {folder}"
    found = [str(p.relative_to(folder)) for p in folder.rglob("*")]
    return [place for place in found if NAME.lower() in place.lower()] + [
        str(path) for path in files if any(map(is_named, contents(path)))
    ]


def test_the_search_finds_what_is_there(places: tuple[Path, Path]) -> None:
    recording, _ = places
    assert holding(recording.parent.parent)
    assert any(map(is_named, contents(recording)))
    for way in WAYS:
        assert is_named(b"x" + way + b"y")
        assert not is_named(way[:-1])


@pytest.mark.parametrize("which", [0, 1])
def test_analyse(place: Path, places: tuple[Path, Path], which: int) -> None:
    ran(
        "analyse", places[which], "--out", "out", *FITTED, "--save-spectra",
    )  # fmt: skip
    assert holding(place / "out") == []
    ran(
        "analyse", places[which], "--out", "named", *FITTED, "--names",
    )  # fmt: skip
    assert holding(place / "named") == [str(place / "named/session.json")]


def test_analyse_of_several_files(place: Path, places: tuple[Path, Path]) -> None:
    ran(
        "analyse", *places, "--out", "out", *FITTED,
    )  # fmt: skip
    assert holding(place / "out") == []
    assert len(list((place / "out").glob("session-*/session.json"))) == 2


def test_qc_of_one_session(place: Path, places: tuple[Path, Path]) -> None:
    ran("qc", places[0], "--out", "out", "--reference", "0:60")
    assert (place / "out/report.pdf").is_file()
    assert holding(place / "out") == []


@pytest.mark.slow
def test_qc_of_many_sessions(place: Path, places: tuple[Path, Path]) -> None:
    folder = places[0].parent
    (folder / f"broken_{NAME}.nii").write_bytes(b"no NIfTI at all")
    (folder / f"empty_{NAME}.mcap").write_bytes(b"")
    words = (
        "--no-pdf",
        "--workers",
        "1",
        "--reference",
        "0:60",
        "--protocol",
        "virtual_press_3t_te30",
    )
    said = ran("qc", folder, "--out", "out", *words)
    assert holding(place / "out") == []
    assert f"{NAME}.mcap" in said  # which label is which file, said in the terminal
    ran("qc", folder, "--out", "named", "--names", *words)
    assert (place / "named" / NAME / "report.html").is_file()


@pytest.mark.parametrize("to", ["nifti-mrs", "bids", "ismrmrd", "recording"])
def test_convert(place: Path, places: tuple[Path, Path], to: str) -> None:
    name = {"nifti-mrs": "s.nii.gz", "bids": "study", "ismrmrd": "s.h5"}.get(to, "s")
    out = place / "out"
    out.mkdir()
    ran("convert", places[0], "--to", to, "--out", out / name)
    assert holding(out) == []
    if to == "ismrmrd":
        with h5py.File(out / name) as file:
            assert not is_named(file["dataset/xml"][0])
        return
    read = out / name
    if to == "bids":
        (read,) = out.glob("study/sub-*/ses-*/mrs/*_svs.nii.gz")
    events = [b for b in open_source(read).bodies if isinstance(b, Event)]
    assert sorted(event.kind for event in events) == sorted(
        event.kind if event.kind in KINDS else REMARK
        for event in planted()
        if isinstance(event, Event)
    )


@pytest.mark.parametrize("to", ["nifti-mrs", "bids", "recording"])
def test_convert_with_what_was_typed(
    place: Path, places: tuple[Path, Path], to: str
) -> None:
    out = place / "out"
    out.mkdir()
    ran("convert", places[0], "--to", to, "--out", out / "s.nii.gz", "--notes")
    assert holding(out)


def test_a_replay_without_a_display(place: Path, places: tuple[Path, Path]) -> None:
    ran(
        "replay", places[0], "--speed", "max", "--out", "out", *QUICK,
    )  # fmt: skip
    assert holding(place / "out") == []


@pytest.mark.parametrize("which", [0, 1])
def test_the_name_of_a_file_that_is_relayed(
    place: Path, places: tuple[Path, Path], which: int
) -> None:
    """A recording of the file alone; events come along as they were recorded."""
    source = places[which]
    ran(
        "relay", "--source", source, "--speed", "max", "--linger", "0",
        "--record", "visit.mcap", "--bind", free_endpoint(),
    )  # fmt: skip
    content = (place / "visit.mcap").read_bytes()
    assert source.name.encode() not in content
    if which:
        assert not is_named(content)
