"""Which sessions `qc` judges, one or many, and what it refuses; nothing is analysed."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import typer

from monitor.commands import qc
from monitor.commands.qc import _bids_app, _is_one, _judge_many, judge_sessions
from streams.errors import InputError


@pytest.fixture
def asked(monkeypatch) -> list:
    """What would be judged, and what was said."""
    found: list = []
    monkeypatch.setattr(qc, "_judge_one", lambda *said: found.append(("one", *said)))
    monkeypatch.setattr(qc, "_judge_many", lambda *said: found.append(("many", *said)))
    monkeypatch.setattr(qc, "_simulate", lambda *said: found.append(("plan", *said)))
    monkeypatch.setattr(
        qc, "_note_reason", lambda places, reason: found.append(("reason", reason))
    )
    monkeypatch.setattr(qc, "session_places", lambda places, join, gap: places)
    monkeypatch.setattr(qc, "is_series_folder", lambda path: path.name == "dicom")
    monkeypatch.setattr(qc, "paths_of", lambda place: [place])
    monkeypatch.setattr(qc, "said_of_each", lambda count, **_: f"of {count}")
    monkeypatch.setattr(qc, "say", lambda text, err=False: found.append((text, err)))
    return found


@pytest.fixture
def file(tmp_path) -> Path:
    one = tmp_path / "a.mcap"
    one.touch()
    return one


def test_one_file_or_series_gets_a_report(asked, file, tmp_path) -> None:
    series = tmp_path / "dicom"
    series.mkdir()
    out = tmp_path / "out"
    for place in (file, series):
        judge_sessions([place], out)
    assert [call[:3] for call in asked] == [("one", file, out), ("one", series, out)]
    assert not _is_one(tmp_path)


def test_several_or_a_folder_get_one_each(asked, file, tmp_path) -> None:
    judge_sessions([tmp_path], tmp_path)
    judge_sessions([file, file], tmp_path)
    judge_sessions([file], tmp_path, participants=file)
    assert [call[0] for call in asked] == ["of 1", "many", "of 2", "many", "of 1",
                                           "many"]  # fmt: skip
    assert asked[0][1] is True


def test_what_is_refused(asked, file, tmp_path) -> None:
    with pytest.raises(InputError, match="Give a recording"):
        judge_sessions([], tmp_path)
    with pytest.raises(InputError, match="--inject takes one session"):
        judge_sessions([file, file], tmp_path, inject=True)
    with pytest.raises(InputError, match="--join takes the files of one visit"):
        judge_sessions([file, file], tmp_path, join=True)
    with pytest.raises(InputError, match="Give a folder for the results"):
        judge_sessions([file])
    assert asked == []


def test_a_plan_that_could_not_be_written_is_not_simulated(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    begun: list = []
    monkeypatch.setattr("monitor.judge.power.foresee", lambda *_: begun.append(1))
    with pytest.raises(InputError, match="cannot be made"):
        judge_sessions(None, tmp_path / "file" / "out", simulate="press_3t_te30")
    assert begun == []


def test_a_plan_and_a_reason(asked, file, tmp_path) -> None:
    judge_sessions(None, tmp_path, simulate="x")
    assert asked == [("plan", "x", tmp_path)]
    judge_sessions([file], tmp_path, unlock=" why ")
    assert asked[1] == ("reason", "why")
    judge_sessions([file], tmp_path, phantom=True)
    assert asked[3][3].changes["phantom"] is True
    assert "phantom" not in asked[2][3].changes


def test_arguments_of_a_bids_app() -> None:
    bids, out, level = (Path(name) for name in ("bids", "out", "group"))
    assert _bids_app([bids, out, level], None) == ([bids], out, "group")
    three = [bids, out, Path("else")]
    assert _bids_app(three, level) == (three, level, "")
    with pytest.raises(InputError, match="Give a folder"):
        _bids_app(three, None)
    assert _bids_app([bids, out, level], bids)[2] == ""


def many(tmp_path, monkeypatch, level="", earlier=(), other=False, **options):
    """What is judged and written; `earlier` rows of a participant level."""
    done: list = []
    session = SimpleNamespace(label="x", path="p", subject=options.pop("subject", ""))
    n_judged = options.pop("n_judged", 3)
    monkeypatch.setattr(qc, "earlier_rows", lambda out: (list(earlier), other))
    monkeypatch.setattr(qc, "find_sessions", lambda places, names: [session])

    def judge(sessions, plan):
        done.append(("judged", plan.workers))
        return ["row"]

    def write(rows, plan):
        done.append(("written", rows))
        return {"judged": n_judged, "sessions": 4, "all_kept": min(1, n_judged)}

    monkeypatch.setattr(qc, "_judge", judge)
    monkeypatch.setattr(qc, "write_study", write)
    monkeypatch.setattr(qc, "say", lambda text, err=False: done.append(text))
    given = {"workers": 2, "water": None, "names": False, **options}
    _judge_many(
        [tmp_path], None, tmp_path, True, given["workers"], "", given["water"], None,
        level, given["names"],
    )  # fmt: skip
    return done


def test_a_group_is_judged_and_written(tmp_path, monkeypatch) -> None:
    label, judged, written, said = many(tmp_path, monkeypatch)
    assert (label, judged, written) == (
        "x: p", ("judged", 2), ("written", ["row"]),
    )  # fmt: skip
    assert said.startswith("3 of 4 sessions judged, 2 miss a criterion")
    assert many(tmp_path, monkeypatch, names=True)[0] == ("judged", 2)
    assert many(tmp_path, monkeypatch, subject="01")[0] == ("judged", 2)
    assert many(tmp_path, monkeypatch, workers=None)[1][1] >= 1


def test_nothing_that_could_be_judged_is_a_failure(tmp_path, monkeypatch) -> None:
    with pytest.raises(typer.Exit) as left:
        many(tmp_path, monkeypatch, n_judged=0)
    assert left.value.exit_code == 2


def test_levels_of_a_bids_app(tmp_path, monkeypatch) -> None:
    alone = many(tmp_path, monkeypatch, "participant", ["old"])
    assert alone == ["x: p", ("judged", 2)]
    group = many(tmp_path, monkeypatch, "group", ["old"])
    assert group[0] == ("written", ["old"])
    again = many(tmp_path, monkeypatch, "group", [], other=True)
    assert "was made by another program" in again[0]
    assert ("judged", 2) in again
    with pytest.raises(InputError, match="--water goes with one file"):
        many(tmp_path, monkeypatch, water=tmp_path)
