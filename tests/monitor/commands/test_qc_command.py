"""The command as it is typed."""

import shutil
import sys
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.protocol.read_protocol import bundled_protocols


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Exit code of `mrs-monitor qc ...`."""
    monkeypatch.setattr(sys, "argv", ["mrs-monitor", "qc", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.mark.usefixtures("no_figures")
def test_one_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny: Path) -> None:
    monkeypatch.setattr(
        "monitor.report.session_paper.write_paper", lambda judged, path: path.touch()
    )
    assert run(monkeypatch, str(tiny), "--out", str(tmp_path)) == 0
    assert {p.name for p in tmp_path.iterdir()} == {
        "report.html", "report.pdf", "criteria.csv", "measures.csv", "windows.csv",
        "models.csv", "answers.csv", "qc.json",
    }  # fmt: skip


def test_the_shape_of_a_bids_app(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    tiny: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    study, out = tmp_path / "study", tmp_path / "out"
    study.mkdir()
    shutil.copy(tiny, study / "sub-01_ses-1.mcap")
    more = ("--no-pdf", "--workers", "1")
    assert run(monkeypatch, str(study), str(out), "participant", *more) == 0
    assert (out / "sub-01_ses-1" / "qc.json").is_file()
    assert not (out / "group.html").exists()
    assert run(monkeypatch, str(study), str(out), "group", *more) == 0
    assert (out / "group.html").is_file()
    assert (out / "sessions.tsv").read_text().count("\n") == 2
    assert "another program" not in capsys.readouterr().err
    monkeypatch.setattr("monitor.study.run.program_hash", lambda: "changed")
    assert run(monkeypatch, str(study), str(out), "group", *more) == 0
    assert "made by another program" in capsys.readouterr().err


@pytest.mark.usefixtures("no_figures")
def test_a_blinded_session_is_reported_with_a_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny: Path
) -> None:
    protocol = tmp_path / "blind.toml"
    bundled = bundled_protocols()["press_3t_te30"].read_text(encoding="utf-8")
    protocol.write_text(bundled + "\noutcome_hidden = true\n", encoding="utf-8")
    session = tmp_path / "session.mcap"
    shutil.copy(tiny, session)
    words = (str(session), "--protocol", str(protocol), "--no-pdf")
    assert run(monkeypatch, *words, "--out", str(tmp_path / "blind")) == 0
    assert not (tmp_path / "blind" / "measures.csv").exists()
    more = ("--out", str(tmp_path / "open"), "--unlock", "end of the trial")
    assert run(monkeypatch, *words, *more) == 0
    assert (tmp_path / "open" / "measures.csv").exists()
    noted = (tmp_path / "session.mcap.unlocked.jsonl").read_text(encoding="utf-8")
    assert "end of the trial" in noted


WRONG = [
    ([], "--out DIR"),
    (["nowhere.mcap", "--out", "x"], "no file or folder"),
    (["--simulate", "no_such", "--out", "x"], "No protocol"),
]


@pytest.mark.parametrize(("words", "said"), WRONG)
def test_bad_input_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, *words) == 2
    assert said in capsys.readouterr().err


def test_a_known_change_is_put_into_one_session_alone(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    tiny: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    study = tmp_path / "study"
    study.mkdir()
    shutil.copy(tiny, study / "sub-01_ses-1.mcap")
    asked = (str(study), "--out", str(tmp_path / "out"), "--inject")
    assert run(monkeypatch, *asked) == 2
    assert "--inject takes one session" in capsys.readouterr().err
