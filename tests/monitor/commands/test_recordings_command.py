"""`info` and `recover` say what is there, what was saved and what helps."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app
from monitor.study.sessions import find_sessions
from streams.errors import InputError
from streams.messages.transient import Event, number
from streams.messages.wire import encode
from streams.recording.container import PREAMBLE
from streams.recording.journal import Journal
from streams.recording.reading import open_recording
from streams.recording.walk import JournalEntry, walk
from streams.sources.recording import messages

RECORDING = Path(__file__).resolve().parents[3] / "recordings" / "infusion-short.mcap"


def called(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def flipped(tmp_path: Path):
    """Writes the recording with a bit flipped in each of these messages."""

    def write(*messages: int) -> Path:
        with open_recording(RECORDING) as (file, size):
            entries = [e for e in walk(file, size) if isinstance(e, JournalEntry)]
        content = bytearray(RECORDING.read_bytes())
        for message in messages:
            content[(entries[message].offset + entries[message].end) // 2] ^= 4
        path = tmp_path / "flipped.mcap"
        path.write_bytes(content)
        return path

    return write


def test_info_of_a_damaged_recording_says_what_it_holds_and_ends_with_an_error(flipped):
    ran = called("info", flipped(43))
    assert "99 metabolite" in ran.stdout
    assert ", voxel 30 x 20 x 20 mm\n" in ran.stdout
    assert "1 epoch; 1 transient never came" in ran.stdout
    assert "damaged" not in ran.stdout
    assert isinstance(ran.exception, InputError)  # `main` makes it exit code 2
    assert "message 43 is missing): 106 messages (102 tr" in str(ran.exception)


def test_info_counts_missing_transients_as_everything_else_does():
    restless = called("info", RECORDING.with_name("restless-short.mcap")).stdout
    assert "; 3 transients never came" in restless
    assert "never came" not in called("info", RECORDING).stdout


@pytest.mark.parametrize(
    ("messages", "lost"),
    [
        ([43], "message 43 is missing"),
        ([12, 43, 44, 55, 71, 80], "messages 12, 43 to 44, 55 and 2 more are missing"),
    ],
)
def test_recover_says_what_was_saved_and_does_not_advise_itself(
    flipped, messages, lost, tmp_path
):
    damaged, out = flipped(*messages), tmp_path / "flipped-recovered.mcap"
    ran = called("recover", damaged)
    held = f"{107 - len(messages)} messages ({103 - len(messages)} transients)"
    assert ran.exit_code == 0, ran.output
    assert ran.stdout.startswith(f"{out} holds all that can be read: {held}; {lost}")
    assert "mrs-monitor recover" not in ran.stdout
    checked = called("verify", out)
    assert checked.exit_code == 1
    assert f"is sound, but {lost}: {held}" in checked.stdout
    assert called("info", out).exit_code == 0


def test_recover_of_a_cut_recording_says_that_its_end_is_lost(tmp_path):
    cut = tmp_path / "cut.mcap"
    cut.write_bytes(RECORDING.read_bytes()[:1_000_000])
    said = called("recover", cut).stdout
    assert "is whole: 61 messages (59 transients), finished. What came after" in said


def test_what_was_typed_is_shown_in_one_line(tmp_path):
    place = tmp_path / "typed.mcap"
    typed = Event(1.0, "note", "a\nb\x1b[31mred\tc", "operator")
    with Journal.create(place) as journal:
        for message in number([next(messages(RECORDING)).body, typed]):
            journal.append(encode(message))
    assert "1.0 s  note  a b [31mred c\n" in called("info", place).stdout


def test_convert_never_writes_over_what_it_reads(tmp_path):
    out = tmp_path / "s.nii.gz"
    assert called("convert", RECORDING, "--out", out).exit_code == 0
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    for words in (
        (out, "--out", out),
        (tmp_path / "s_water.nii.gz", "--out", tmp_path / "s.nii.gz"),
        (out, "--to", "bids", "--out", tmp_path),
    ):
        ran = called("convert", *words)
        assert isinstance(ran.exception, InputError), ran.output
        assert "would be written over" in str(ran.exception)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert called("convert", out, "--out", tmp_path / "s.nii").exit_code == 0


def test_a_batch_becomes_a_bids_data_set(tmp_path):
    """Labels as told, else as in the name, else new ones; nothing is written over."""
    study, named = tmp_path / "study", tmp_path / "sub-07_ses-2.mcap"
    shutil.copy(RECORDING, named)
    to = ("--to", "bids", "--out", study)
    for words in ((RECORDING,), (RECORDING,), (named,), (named, "--session", "b")):
        assert called("convert", *words, *to).exit_code == 0
    assert sorted(p.relative_to(study).as_posix() for p in study.glob("sub-*/*")) == [
        "sub-01/ses-01", "sub-01/ses-02", "sub-07/ses-2", "sub-07/ses-b",
    ]  # fmt: skip
    assert [session.label for session in find_sessions([study])] == [
        "sub-01_ses-01_svs", "sub-01_ses-02_svs", "sub-07_ses-2_svs",
        "sub-07_ses-b_svs",
    ]  # fmt: skip
    for words, said in (
        ((named,), "study holds sub-07/ses-2 already: give another --session"),
        ((RECORDING, "--subject", "Erika M."), "may hold only letters and digits"),
    ):
        ran = called("convert", *words, *to)
        assert isinstance(ran.exception, InputError)
        assert said in str(ran.exception)


def test_nothing_readable_is_nothing_to_recover(tmp_path):
    head = tmp_path / "head.mcap"
    head.write_bytes(PREAMBLE + b"\x06" + bytes(200))
    ran = called("recover", head)
    assert isinstance(ran.exception, InputError)
    assert not list(tmp_path.glob("*recovered*"))
