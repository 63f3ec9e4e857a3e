"""Files of one visit as one session: --join, on the command line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result
from visits import GAP_S, parts, visit, write

from monitor.cli import app
from monitor.commands.joined_files import said_of_each
from streams.messages.transient import Start, Transient
from streams.recording.reading import read_messages
from streams.sources.files.open_file import open_source
from streams.sources.joining.joined_files import JoinedFiles, session_hash

TABLES = ("estimates.csv", "transients.csv", "tracker.csv")
SHORT = ("--window", "8", "--step", "4")


def called(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def sentence(*words: object) -> str:
    """What is said where a command refuses."""
    ran = called(*words)
    assert ran.exception is not None
    assert "\n" not in str(ran.exception)
    return str(ran.exception)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A visit in one recording, as a relay has it."""
    return write(tmp_path_factory.mktemp("whole") / "whole.mcap", visit())


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """Its two series as files of their own."""
    folder = tmp_path_factory.mktemp("files")
    return tuple(
        write(folder / f"sub-07_run-{n}.mcap", part)
        for n, part in enumerate(parts(visit()), 1)
    )


def test_files_of_a_visit_give_bit_for_bit_what_one_recording_gives(
    tmp_path, whole, files
):
    ran = called("analyse", whole, *SHORT, "--out", tmp_path / "whole")
    assert ran.exit_code == 0, ran.output
    ran = called(
        "analyse", *files, "--join", "--gap", GAP_S, *SHORT, "--out", tmp_path / "two"
    )
    assert ran.exit_code == 0, ran.output
    for name in TABLES:
        expected = (tmp_path / "whole" / name).read_bytes()
        assert (tmp_path / "two" / name).read_bytes() == expected, name
    said = json.loads((tmp_path / "two" / "session.json").read_text())
    assert said["input_sha256"] == session_hash(JoinedFiles(files))
    assert [file["sha256"] for file in said["files"]] == [
        session_hash(p) for p in files
    ]
    assert [file["gap_s"] for file in said["files"]] == [None, GAP_S]
    assert said["files"][1]["t_start_s"] == 120.0
    assert said["reference_s"] == [114.0, 134.0]  # marked in the time of its own file
    assert "2 files are one session" in said["notes"][0]
    assert "mcap" not in json.dumps(said)


@pytest.mark.slow
def test_a_replay_gives_what_one_recording_gives(tmp_path, whole, files):
    given = ("--speed", "max", *SHORT, "--out")
    assert called("replay", whole, *given, tmp_path / "whole").exit_code == 0
    join = ("--join", "--gap", GAP_S)
    assert called("replay", *files, *join, *given, tmp_path / "two").exit_code == 0
    for name in TABLES:
        expected = (tmp_path / "whole" / name).read_bytes()
        assert (tmp_path / "two" / name).read_bytes() == expected, name
    said = json.loads((tmp_path / "two" / "session.json").read_text())
    assert len(said["files"]) == 2


@pytest.mark.usefixtures("no_figures")
def test_a_report_names_each_file_by_its_content(tmp_path, files):
    join = ("--join", "--gap", GAP_S)
    ran = called("qc", *files, *join, "--no-pdf", "--out", tmp_path)
    assert ran.exit_code == 0, ran.output
    report = json.loads((tmp_path / "qc.json").read_text())
    page = (tmp_path / "report.html").read_text()
    assert report["session"] == "sub-07"  # what both names have
    for path in files:
        assert session_hash(path) in page
        assert path.name not in page
    assert "27 transients, 120.0 to 166.0 s, 68.0 s after the one before by" in page


def test_a_joined_recording_holds_both_series_with_true_times(tmp_path, files):
    out = tmp_path / "one.mcap"
    ran = called("convert", *files, "--join", "--gap", GAP_S, "--to", "recording",
                 "--out", out)  # fmt: skip
    assert ran.exit_code == 0, ran.output
    bodies = [message.body for message in read_messages(out)]
    expected = [b for b in visit() if isinstance(b, Transient)]
    found = [b for b in bodies if isinstance(b, Transient)]
    assert [t.time_s for t in found] == [t.time_s for t in expected]
    assert sum(isinstance(b, Start) for b in bodies) == 2
    hashes = [b.text[:64] for b in bodies if getattr(b, "kind", "") == "file"]
    assert hashes == [session_hash(path) for path in files]


@pytest.mark.parametrize("to", ["nifti-mrs", "bids"])
def test_other_formats_keep_the_times_of_the_session(tmp_path, files, to):
    out = tmp_path / ("set" if to == "bids" else "one.nii.gz")
    join = ("--join", "--gap", GAP_S)
    assert called("convert", *files, *join, "--to", to, "--out", out).exit_code == 0
    found = next(out.rglob("*_svs.nii.gz")) if to == "bids" else out
    times_s = [b.time_s for b in open_source(found).bodies if isinstance(b, Transient)]
    assert times_s == [
        b.time_s for b in visit()
        if isinstance(b, Transient) and b.kind == "metabolite"
    ]  # fmt: skip


def test_what_does_not_go_together_is_one_sentence(tmp_path, files):
    out = ("--out", tmp_path / "out")
    assert "--gap goes with --join" in sentence("analyse", *files, "--gap", 3, *out)
    assert "two files or more" in sentence("analyse", files[0], "--join", *out)
    assert "give 0 or more" in sentence("analyse", *files, "--join", "--gap", -3, *out)
    assert "Nothing tells the time" in sentence("qc", *files, "--join", *out)
    for command in ("replay", "convert"):
        said = sentence(command, *files, *out)
        assert "2 files are 2 sessions" in said
        assert "--join" in said
    assert "--beside" in sentence(
        "replay", *files, "--join", "--gap", 9, "--beside", files[0]
    )
    people = tmp_path / "people.tsv"
    people.write_text("subject\tvisit\tcondition\n07\t1\tdrug\n")
    assert "no --participants" in sentence(
        "qc", *files, "--join", "--participants", people, *out
    )


def test_times_given_for_several_sessions_are_said_to_hold_for_each():
    said = said_of_each(2, reference="0:720", infusion=None)
    assert "--reference 0:720 holds for each of 2 sessions" in said
    assert "--join" in said
    assert said_of_each(1, reference="0:720") == ""
    assert said_of_each(2, reference=None) == ""
    assert "--reference 0:9 and --infusion 9:20 hold" in said_of_each(
        3, reference="0:9", infusion="9:20"
    )


def test_several_sessions_with_one_reference_period_say_so(tmp_path):
    files = (tmp_path / "a.mcap", tmp_path / "b.mcap")  # not there: said all the same
    ran = called("analyse", *files, "--reference", "0:30", "--out", tmp_path)
    assert "--reference 0:30 holds for each of 2 sessions" in ran.stderr
