"""The largest sessions are begun first."""

from pathlib import Path
from typing import Any

import pytest

from monitor.protocol.choose import Wishes
from monitor.study import batch
from monitor.study.batch import Job, largest_first, run_here
from monitor.study.sessions import StudySession


@pytest.fixture
def jobs(tmp_path: Path) -> list[Job]:
    """Files of 10, 30 and 20 bytes, a folder of 25, and one that is not there."""
    paths = [tmp_path / name for name in "abcde"]
    for path, size in zip(paths, (10, 30, 20), strict=False):
        path.write_bytes(b"x" * size)
    paths[3].mkdir()
    for name, size in (("1.dcm", 15), ("2.dcm", 10)):
        (paths[3] / name).write_bytes(b"x" * size)
    return [
        Job(StudySession(path.name, path), Wishes(), tmp_path / "out" / path.name)
        for path in paths
    ]


def test_largest_first(jobs: list[Job]) -> None:
    assert [job.session.label for job in largest_first(jobs)] == list("bdcae")


def test_they_are_begun_in_that_order(
    jobs: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []

    def judge_in_pool(jobs: list[Job], workers: int, tell: Any) -> list[Job]:
        begun.extend(job.session.label for job in jobs)
        return []

    monkeypatch.setattr(batch, "_judge_in_pool", judge_in_pool)
    run_here(jobs, 2, lambda row: None)
    assert begun == list("bdcae")
