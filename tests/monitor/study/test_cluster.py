"""The same table from a dask cluster, also when a worker is killed on the way."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.protocol.choose import Wishes
from monitor.study.batch import Job, judge_job
from monitor.study.cluster import run_on_cluster
from monitor.study.sessions import find_sessions
from streams.errors import InputError

distributed = pytest.importorskip(
    "distributed", reason="the extra cluster is not installed"
)

SCHEDULER = "from distributed.cli.dask_scheduler import main; main()"
SESSIONS = 4  # two workers, and some left when one of them dies
WORKER = "from distributed.cli.dask_worker import main; main()"


def started(code: str, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Address of a scheduler on loopback and its two workers."""
    place = tmp_path / "scheduler.json"
    words = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show")
    scheduler = started(SCHEDULER, *words, "--scheduler-file", str(place))
    workers = [
        started(
            WORKER, "--scheduler-file", str(place), "--nthreads", "1", "--no-nanny",
            "--no-dashboard", "--local-directory", str(tmp_path / f"w{i}"),
        )
        for i in range(2)
    ]  # fmt: skip
    try:
        yield str(place), workers
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait(60)


@pytest.mark.timeout(400)
@pytest.mark.filterwarnings("ignore")  # of dask and tornado, not ours
def test_a_killed_worker_costs_no_row(
    cluster: tuple[str, list[subprocess.Popen[bytes]]],
    tmp_path: Path,
    tiny: Path,
) -> None:
    place, workers = cluster
    with distributed.Client(scheduler_file=place, timeout=150) as client:
        client.wait_for_workers(2, timeout=150)
        address = client.scheduler.address
    study = tmp_path / "study"
    study.mkdir()
    for i in range(SESSIONS):
        shutil.copy(tiny, study / f"sub-{i}.mcap")
    (study / "empty.mcap").write_bytes(b"")
    sessions = find_sessions([study])
    rows: list[dict[str, Any]] = []

    def tell(row: dict[str, Any]) -> None:
        rows.append(row)
        if len(rows) == 1:
            workers[0].kill()

    jobs = [Job(s, Wishes(), tmp_path / "out" / s.label, False) for s in sessions]
    run_on_cluster(jobs, address, tell)
    assert workers[0].wait(60) != 0
    here = [
        judge_job(Job(s, Wishes(), tmp_path / "here" / s.label, False))
        for s in (sessions[0], sessions[1])
    ]
    by_name = {row["session"]: row for row in rows}
    assert len(rows) == len(by_name) == SESSIONS + 1
    for row in here:
        assert by_name[row["session"]] == row
    for i in range(1, SESSIONS):  # the same recording under other names
        assert by_name[f"sub-{i}"]["snr"] == by_name["sub-0"]["snr"]
        assert by_name[f"sub-{i}"]["windows"] == by_name["sub-0"]["windows"]


@pytest.mark.filterwarnings("ignore")
def test_a_silent_scheduler_is_said(
    infusion_short: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.study.cluster.CONNECT_S", 1)
    (session,) = find_sessions([infusion_short])
    job = Job(session, Wishes(), tmp_path, False)
    with pytest.raises(InputError, match="No dask scheduler"):
        run_on_cluster([job], "tcp://127.0.0.1:9", lambda row: None)
