"""`analyse`: where results go, the step of a short window, and what is said."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.commands import analyse as command
from monitor.commands.analyse import _places, _say, _step_for
from streams.errors import InputError


def test_the_step_goes_with_a_short_window():
    """An eighth of it, and never none; the protocol's where no window is given."""
    assert _step_for(None) is None
    assert [_step_for(n) for n in (4, 8, 64)] == [1, 1, 8]


def test_one_session_goes_into_the_folder_itself():
    assert _places([Path("a.mcap")], Path("out"), True) == [
        (Path("a.mcap"), Path("out"))
    ]


def test_several_are_called_by_their_files_only_where_that_was_asked_for(tmp_path):
    files = [tmp_path / "anna.mcap", tmp_path / "sub-02_ses-1.mcap"]
    for file in files:
        file.write_bytes(file.name.encode())
    named = [folder.name for _, folder in _places(files, tmp_path, True)]
    assert named == ["anna", "sub-02_ses-1"]
    labels = [folder.name for _, folder in _places(files, tmp_path, False)]
    assert "anna" not in labels
    assert labels[1].startswith("sub-02_ses-1")


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path):
    files = [tmp_path / "sub-01" / "metab.nii.gz", tmp_path / "sub-02" / "metab.nii.gz"]
    named = [folder.name for _, folder in _places(files, tmp_path, True)]
    assert named == ["sub-01_metab", "sub-02_metab"]
    with pytest.raises(InputError, match="would both be written"):
        _places([files[0], files[0]], tmp_path, True)


@pytest.mark.parametrize(
    ("converged", "said"),
    [((True, True), "2 windows: out"), ((True, False, False), ", 2 of them not conv")],
)
def test_windows_that_did_not_converge_are_counted(
    capsys, monkeypatch, converged, said
):
    monkeypatch.setattr(command, "change_at_the_end", lambda _: "")
    estimates = [SimpleNamespace(converged=c) for c in converged]
    _say(SimpleNamespace(notes=(), estimates=estimates, qualities=[0]), Path("out"))
    line = capsys.readouterr().err
    assert line.startswith("1 transient, ")
    assert said in line


@pytest.fixture
def analysed(monkeypatch):
    """Sessions that would be analysed, with their wishes; those named bad fail."""
    seen: list[tuple] = []

    def one(session, _water, wishes, folder, *_):
        if session.name.startswith("bad"):
            raise InputError("It is damaged.")
        seen.append((session.name, wishes, folder))

    monkeypatch.setattr(command, "_analyse_one", one)
    return seen


def called(tmp_path: Path, *names: str, words: tuple[str, ...] = ()):
    files = [tmp_path / name for name in names]
    for file in files:
        file.write_bytes(file.name.encode())
    given = [*map(str, files), *words, "--out", str(tmp_path / "out")]
    return CliRunner().invoke(app, ["analyse", *given])


def test_one_bad_file_of_several_does_not_end_the_others(tmp_path, analysed):
    ran = called(tmp_path, "bad.mcap", "good.mcap")
    assert ran.exit_code == 2
    assert "It is damaged." in ran.stderr
    assert [name for name, *_ in analysed] == ["good.mcap"]
    alone = called(tmp_path, "bad.mcap")
    assert isinstance(alone.exception, InputError)


def test_the_step_is_the_one_given_or_goes_with_the_window(tmp_path, analysed):
    for words in ((), ("--window", "32"), ("--window", "32", "--step", "3")):
        assert called(tmp_path, "a.mcap", words=words).exit_code == 0
    changes = [wishes.changes for _, wishes, _ in analysed]
    assert changes == [{}, {"window": 32, "step": 4}, {"window": 32, "step": 3}]


def test_a_reason_is_written_beside_the_file_only_where_one_is_given(
    tmp_path, analysed
):
    assert "reason recorded" not in called(tmp_path, "a.mcap").stderr
    ran = called(tmp_path, "a.mcap", words=("--unlock", "safety review"))
    assert ran.stderr.count("reason recorded") == 1
