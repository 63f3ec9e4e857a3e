"""What sessions are called: codes that are made to be passed on, never a name."""

from pathlib import Path

import pytest

from monitor.judge import labels
from monitor.judge.labels import entity, label_of, labels_of, make_unique
from streams.sources.joining.joined_files import JoinedFiles


@pytest.fixture(autouse=True)
def digits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file's digits are the length of its name."""
    monkeypatch.setattr(
        labels, "session_hash", lambda place: f"{len(str(place)):08d}abcdef"
    )


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("site-A/sub-07/ses-2/sub-07_ses-2_svs.nii.gz", "site-A_sub-07_ses-2_svs"),
        ("sub-07_task-rest_mrsref.nii.gz", "sub-07_task-rest"),
        ("sub-07/visit.mcap", "sub-07"),
        ("task-rest/sub-07.mcap", "sub-07"),
    ],
)
def test_codes_of_a_path_make_its_label(path: str, label: str) -> None:
    assert label_of(Path(path)) == label


@pytest.mark.parametrize(
    "path", ["Mueller_Anna.mcap", "ses-2/Mueller.mcap", "ses-2.mcap"]
)
def test_without_a_subject_it_is_called_by_its_content(path: str) -> None:
    assert label_of(Path(path)) == f"session-{len(path):08d}"


def joined(*names: str) -> JoinedFiles:
    return JoinedFiles(tuple(map(Path, names)))


def test_of_several_files_what_all_have_is_kept() -> None:
    runs = joined("sub-07_ses-2_run-1_svs.nii", "sub-07_ses-2_run-2_svs.nii")
    assert label_of(runs) == "sub-07_ses-2_svs"
    apart = joined("sub-07_ses-2.mcap", "sub-08_ses-2.mcap")
    assert label_of(apart).startswith("session-")
    mixed = joined("sub-07_svs.nii", "sub-07_mrsref.nii")
    assert label_of(mixed) == "sub-07"


def test_sessions_of_the_same_codes_are_told_apart() -> None:
    paths = [Path("a/sub-07.mcap"), Path("bb/sub-07.mcap"), Path("sub-08.mcap")]
    assert labels_of(paths) == ["sub-07_00000013", "sub-07_00000014", "sub-08"]
    same = [Path("a/sub-07.mcap"), Path("b/sub-07.mcap")]
    assert labels_of(same) == ["sub-07_00000013", "sub-07_00000013_2"]
    assert make_unique(["a", "a", "a", "b"]) == ["a", "a_2", "a_3", "b"]


def test_the_last_code_of_a_kind_counts() -> None:
    assert entity("sub-01/sub-07_ses-2", "sub") == "07"
    assert entity("mysub-07", "sub") == ""
