"""Where the processor time of `analyse` or `qc` of one session goes, by stage.

    python tests/benchmarks/profile_session.py [FILE] [--qc] [--transients N]

Without a FILE a session of the virtual scanner is recorded first (the bundled infusion,
N transients, C coils) and taken away afterwards.  Each stage is a function of the
program that is timed from outside, what others of the list take within it left out
(processor time, one BLAS thread); what is in none of them is "the rest".
"""

import argparse
import contextlib
import functools
import importlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

for one in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(one, "1")

STAGES = {
    "what is water, zeros, a lock": (
        "monitor.run.session_run:SessionRun._filter",
        "streams.sources.checks.conjugation:ConjugationCheck.push",
    ),
    "sixteen transients looked at together": (
        "monitor.run.session_run:SessionRun.foresee",
    ),
    "preparation: coils to one FID": (
        "monitor.analysis.preparation.combination:Combination.apply",
    ),
    "preparation: registration": (
        "monitor.analysis.preparation.epoch:Epoch.register",
        "monitor.analysis.preparation.cycle:Cycle.departure",
        "monitor.analysis.preparation.cycle:Cycle.push",
    ),
    "preparation: water as a navigator": (
        "monitor.analysis.preparation.navigator:Navigator.corrected",
    ),
    "preparation: weight": (
        "monitor.analysis.preparation.weights:Kind.judge",
        "monitor.analysis.preparation.weights:Kind.push",
    ),
    "preparation: the rest": (
        "monitor.analysis.preparation.preparation:Preparation.push",
    ),
    "taking in": ("monitor.analysis.course.intake:Intake.push",),
    "strips": ("monitor.analysis.course.intake:strip_of",),
    "what the judge compares, and finds": (
        "monitor.analysis.contamination.judge:Judge.put",
        "monitor.analysis.contamination.judge:Judge.qualities",
    ),
    "tracker": ("monitor.analysis.tracking.tracking:Tracking.redo_if_changed",),
    "agreement of the ways": ("monitor.analysis.ways_to_change:WaysToChange.compare",),
    "spectral maps": ("monitor.analysis.glm.spectral_change:SpectralChange._catch_up",),
    "session models": ("monitor.analysis.course.course:Course.make_session",),
    "all windows": ("monitor.analysis.course.course:Course.fit_windows",),
    "the course again, the rest": ("monitor.analysis.pipeline:Pipeline._redone",),
    "whether the baseline bends": ("monitor.analysis.course_fits:decide_bending",),
    "smoother and response models": (
        "monitor.analysis.tracking.tracking:Tracking.smoothed",
        "monitor.analysis.tracking.tracking:Tracking.joint_fits",
    ),
    "points before the top of the echo": ("monitor.analysis.fit.first_order:trials",),
    "judging": (
        "monitor.judge.session:criteria",
        "monitor.judge.session:responses_of",
        "monitor.judge.session:line_width_bias",
    ),
    "tables and pages": (
        "monitor.commands.analyse:write_tables",
        "monitor.commands.qc:write_session_report",
    ),
}
"""By stage: the functions that it is, each `module:name` or `module:class.name`."""


@dataclass
class Stopwatch:
    """Processor time by stage, that of inner stages left out of the outer one's."""

    spent_s: dict[str, float] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    _inner_s: list[float] = field(default_factory=lambda: [0.0])

    def timed(self, stage: str, inner: Callable[..., Any]) -> Callable[..., Any]:
        """The same function with its time counted for a stage."""

        @functools.wraps(inner)
        def outer(*args: Any, **kwargs: Any) -> Any:
            self._inner_s.append(0.0)
            began = time.process_time()
            try:
                return inner(*args, **kwargs)
            finally:
                took = time.process_time() - began
                own = took - self._inner_s.pop()
                self._inner_s[-1] += took
                self.spent_s[stage] = self.spent_s.get(stage, 0.0) + own
                self.calls[stage] = self.calls.get(stage, 0) + 1

        return outer


def watch(stopwatch: Stopwatch) -> None:
    """Time every function of `STAGES`."""
    for stage, places in STAGES.items():
        for place in places:
            module, _, name = place.partition(":")
            owner: Any = importlib.import_module(module)
            *classes, last = name.split(".")
            for one in classes:
                owner = getattr(owner, one)
            setattr(owner, last, stopwatch.timed(stage, getattr(owner, last)))


def simulated_session(path: Path, transients: int, coils: int) -> Path:
    """A recording of the virtual scanner's infusion, at `path`."""
    from streams.messages.transient import number
    from streams.messages.wire import encode
    from streams.recording.journal import Journal
    from streams.simulator.scanner import prepare, scan_session
    from streams.simulator.scenario_file import read_scenario

    scenario = read_scenario("infusion")
    series = replace(scenario.series[0], transients=transients)
    plan = replace(scenario.acquisition, coils=coils)
    session = prepare(replace(scenario, series=(series,), acquisition=plan))
    with Journal.create(path) as journal:
        for message in number(scan_session(session)):
            journal.append(encode(message))
    return path


def profile(words: list[str]) -> Stopwatch:
    """Run the program's command with these words; the time of each stage."""
    stopwatch, name = Stopwatch(), "the rest"
    began = time.process_time()
    from monitor.cli import app

    importlib.import_module("monitor.commands.analyse")
    importlib.import_module("monitor.commands.qc")
    stopwatch.spent_s["imports"] = time.process_time() - began
    watch(stopwatch)
    with contextlib.suppress(SystemExit):
        stopwatch.timed(name, app)(words)
    return stopwatch


def table(stopwatch: Stopwatch) -> Iterator[str]:
    """The stages in their order, with how often each was called."""
    yield "| stage | calls | s |"
    yield "|---|---|---|"
    for stage in ("imports", *STAGES, "the rest"):
        if stage in stopwatch.spent_s:
            calls = stopwatch.calls.get(stage, 1)
            yield f"| {stage} | {calls} | {stopwatch.spent_s[stage]:.2f} |"
    yield f"| together | | {sum(stopwatch.spent_s.values()):.2f} |"


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--qc", action="store_true", help="qc --no-pdf, not analyse")
    parser.add_argument("--transients", type=int, default=1500)
    parser.add_argument("--coils", type=int, default=1)
    parser.add_argument("--record", type=Path, help="only write the simulated session")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        path = given.file or simulated_session(
            given.record or Path(place) / "session.mcap", given.transients, given.coils
        )
        if given.record:
            return
        words = ["qc", "--no-pdf"] if given.qc else ["analyse"]
        stopwatch = profile([*words, str(path), "--out", f"{place}/out"])
    print("\n".join(table(stopwatch)))
    peak = peak_mb()
    if peak:
        print(f"\nLargest resident set: {peak:.0f} MB")


def peak_mb() -> float:
    """Largest resident set of this process; 0 where the system does not say it."""
    try:
        import resource
    except ImportError:
        return 0.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
