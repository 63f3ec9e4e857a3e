"""No terminal obeys what others typed."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from monitor.cli import app
from monitor.commands.printing import plain
from monitor.commands.recordings import _line
from streams.messages.transient import Event, Message, Start, number
from streams.messages.wire import encode
from streams.recording.journal import Journal
from streams.sources.files.open_file import open_source

CODE = Path(__file__).resolve().parents[3] / "monitor"
RECORDING = CODE.parent / "recordings" / "infusion-short.mcap"
ESCAPES = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp.exe\r\n\x08"
OBEYED = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@given(st.text())
def test_nothing_of_any_text_is_obeyed(text: str):
    assert not OBEYED.search(plain(text))
    assert "\n" not in plain(text)
    assert plain(text).isprintable()


@pytest.mark.parametrize("text", ["Größe 3 µm ± 5 %", "Ωδ → 2", "日本"])
def test_words_of_any_language_stay(text: str):
    assert plain(text) == text


def test_info_shows_a_source_and_events_as_plain_words(tmp_path: Path):
    path = tmp_path / "visit.mcap"
    first = next(open_source(RECORDING).bodies)
    assert isinstance(first, Start)
    bodies = [
        Start(first.acquisition, f"scanner{ESCAPES}"),
        Event(1.0, f"kind{ESCAPES}", f"text{ESCAPES}", f"author{ESCAPES}"),
    ]
    with Journal.create(path) as journal:
        for message in number(bodies):
            journal.append(encode(message))
    done = CliRunner().invoke(app, ["info", str(path)])
    assert done.exit_code == 0
    assert "scanner" in done.output
    assert not OBEYED.search(done.output)


def test_tail_shows_an_event_as_plain_words():
    event = Event(1.0, f"kind{ESCAPES}", f"text{ESCAPES}")
    assert not OBEYED.search(plain(_line(Message("s", 0, 0, event))))


def test_everything_is_printed_in_one_place():
    """What prints by itself prints foreign text sooner or later."""
    by_itself = re.compile(r"typer\.(echo|secho)\(|\bprint\(|sys\.std(out|err)\.write")
    found = [
        path.relative_to(CODE).as_posix()
        for path in CODE.rglob("*.py")
        if by_itself.search(path.read_text(encoding="utf-8"))
    ]
    # kit/build.py is copied into a kit, and runs by itself where it is built
    allowed = ["commands/printing.py", "commands/terminal.py", "kit/build.py"]
    assert sorted(found) == allowed
