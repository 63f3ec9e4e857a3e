"""Two hundred sessions of 400 transients, four bad files among them; a fortieth in CI.

    pytest -m slow tests/acceptance/test_qc_many_sessions.py -s

The long run writes its row into qc_many.md: CPU time, wall time, memory.  Real time is
TR times transients.  CI takes 5 sessions of 100 transients and looks at the table.
"""

import os
import resource
import time
import tomllib
from pathlib import Path

import pytest

from monitor.protocol.choose import Wishes
from monitor.study.run import StudyPlan, judge_all, write_study
from monitor.study.sessions import find_sessions
from streams.messages import wire
from streams.messages.transient import number
from streams.recording.journal import Journal
from streams.simulator.metabolites import metabolite_fids
from streams.simulator.scanner import prepare, scan_session
from streams.simulator.scenario_file import bundled_scenarios, scenario_from

SEED = 1000
TABLE = Path(__file__).parent / "qc_many.md"
COUNTS = [
    pytest.param(5, 100, id="a-fortieth"),
    pytest.param(
        int(os.environ.get("MRS_MONITOR_SESSIONS", "200")),
        400,
        id="200",
        marks=pytest.mark.slow,
    ),
]


def record(folder: Path, sessions: int, transients: int) -> None:
    """Simulate sessions: an infusion from a third to nine tenths of the time."""
    table = tomllib.loads(bundled_scenarios()["infusion"].read_text(encoding="utf-8"))
    span_s = 2.0 * transients
    table["series"][0]["transients"] = transients
    table["acquisition"]["coils"] = 4
    table["events"][0]["time_s"] = 0.33 * span_s
    table["events"][1]["time_s"] = 0.9 * span_s
    table["motion"]["bursts"] = []
    fids = None
    for k in range(sessions):
        table["seed"] = SEED + k
        scenario = scenario_from(table, "many")
        fids = metabolite_fids(scenario) if fids is None else fids
        path = folder / f"sub-{k // 2 + 1:03d}_ses-{k % 2 + 1}.mcap"
        with Journal.create(path) as journal:
            for message in number(scan_session(prepare(scenario, fids))):
                journal.append(wire.encode(message))


def spoil(folder: Path) -> None:
    """Put an empty, a foreign, a truncated and a damaged file among the sessions."""
    whole = (folder / "sub-001_ses-1.mcap").read_bytes()
    (folder / "empty.mcap").write_bytes(b"")
    (folder / "foreign.dat").write_bytes(os.urandom(50_000))
    (folder / "truncated.mcap").write_bytes(whole[: len(whole) // 3])
    damaged = bytearray(whole)
    damaged[len(whole) // 2 : len(whole) // 2 + 500] = bytes(500)
    (folder / "damaged.mcap").write_bytes(bytes(damaged))


@pytest.mark.timeout(7200)
@pytest.mark.parametrize(("sessions", "transients"), COUNTS)
def test_every_session_is_a_row(sessions: int, transients: int, tmp_path: Path) -> None:
    study = tmp_path / "study"
    study.mkdir()
    record(study, sessions, transients)
    spoil(study)
    plan = StudyPlan(Wishes(), tmp_path / "out", pdf=False, workers=2)
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    rows = judge_all(find_sessions([study], names=True), plan, lambda row: None)
    group = write_study(rows, plan)
    wall_s = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert group["sessions"] == sessions + 4
    assert group["judged"] == sessions
    reasons = {row["session"]: row["reason"] for row in group["not_judged"]}
    assert set(reasons) == {"empty", "foreign", "truncated", "damaged"}
    assert all(len(reason) > 10 for reason in reasons.values())
    if transients == 400:
        # Only the run of its own: a child begins as a copy of its parent, and among
        # two thousand tests the parent is larger than what is measured.
        assert 2 * after.ru_maxrss / 1e3 < 1000
        cpu_s = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
        _note(sessions, sessions * transients * 2.0, cpu_s, wall_s, after.ru_maxrss)


def _note(n: int, real_s: float, cpu_s: float, wall_s: float, peak_kb: int) -> None:
    """Put the row of the long run into the table."""
    row = (
        f"| {n} + 4 bad | {cpu_s:.0f} s | {real_s / cpu_s:.0f} | "
        f"{2 * real_s / cpu_s:.0f} | {wall_s:.0f} s | {real_s / wall_s:.0f} | "
        f"{os.getloadavg()[0]:.1f} | {peak_kb / 1e3:.0f} MB |"
    )
    with TABLE.open("a", encoding="utf-8") as file:
        file.write(row + "\n")
