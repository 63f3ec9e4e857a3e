"""The forecast at half time against what the end of the session could detect.

Sessions of `change_sessions`: 250 transients of reference period and 450 of infusion
(15 min), TR 2 s.  Kinds: `mixed` (a drug), `null` (none), `mixed-bursts` (three times
half a minute of motion), `mixed-missing` (one in ten and a minute never came) and
`mixed-reshim` (a re-shim at a third of the infusion).  The forecast is what the window
would say at half time (`whole`, `last`) and before the infusion (`before`); what it is
held against is the verdict's own figure at the end, from the SD of its mean change, and
the same of the mean over the last ten minutes with the weights that came.

    python tests/acceptance/forecast.py --n 6 --seed 700 [--keep FILE]

FILE keeps what each session gave, a line each; the table is of all that is in it.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from change_sessions import INFUSION, START_S, STOP_S, TR_S, fids_of, followed, lost_of
from change_sessions import scenario_of as scenario_of_change

from monitor.analysis.pipeline import Pipeline
from monitor.analysis.tracking.forecast import LAST_S
from monitor.analysis.tracking.foreseen import Foreseen
from monitor.analysis.tracking.sequential import least_seen
from streams.messages.transient import Body, End, Event, Transient, number
from streams.simulator.scanner import scan

KINDS = ("mixed", "null", "mixed-bursts", "mixed-missing", "mixed-reshim")
HALF_S = 0.5 * (START_S + STOP_S)
RESHIM_S = START_S + INFUSION * TR_S / 3
OUTCOME = "Glx/tNAA"
WITHIN = 0.10


def bodies_of(kind: str, seed: int) -> Iterator[Body]:
    """One session of a kind; a re-shim begins an epoch."""
    reshim, lost = kind.endswith("-reshim"), lost_of(kind, seed)
    for body in scan(scenario_of(kind, seed), fids_of(kind)):
        if isinstance(body, Transient) and body.count in lost:
            continue
        if reshim and isinstance(body, Transient) and body.time_s >= RESHIM_S:
            reshim = False
            yield Event(body.time_s, "re-shim", "", "operator")
        yield body


def scenario_of(kind, seed):
    return scenario_of_change(kind.removesuffix("-reshim"), seed)


def pipeline_after(bodies: list[Body], kind: str, until_s: float):
    """The pipeline after the messages up to a scanner time, and its last update."""
    taken = [b for b in bodies if getattr(b, "time_s", 0.0) < until_s]
    taken = [b for b in taken if not isinstance(b, End)] + [End(0, "stopped")]
    length_s = INFUSION * TR_S
    return followed(number(taken), kind, step=32, infusion_length_s=length_s)


def detectable_at_end(pipeline: Pipeline) -> tuple[float, float]:
    """What the verdict could see at the end, and the mean of the last ten minutes."""
    tracking, course = pipeline.ways.tracking, pipeline.course
    whole = least_seen(tracking.answers[OUTCOME].sd_percent, tracking.target_percent)
    evidence, epoch = tracking.evidence, course.qualities[-1].epoch
    late = course.times_s >= course.times_s[-1] - LAST_S
    weight = float(course.weights[late].sum()) / tracking.excess
    last = evidence.reference_alone().expecting(
        epoch, tracking.observer.measurements[epoch], True, weight
    )
    return whole, least_seen(last.flat_sds()[OUTCOME], tracking.target_percent)


def session(kind: str, seed: int) -> dict[str, float]:
    """Forecasts over what came, of one session."""
    bodies = list(bodies_of(kind, seed))
    early = pipeline_after(bodies, kind, START_S - 2)[1].foreseen
    half = pipeline_after(bodies, kind, HALF_S)[1].foreseen
    pipeline, _ = pipeline_after(bodies, kind, STOP_S + 60)
    whole, last = detectable_at_end(pipeline)
    return {
        "whole": half.whole_percent / whole, "last": half.last_percent / last,
        "before": early.whole_percent / whole, "percent": whole,
        "last_percent": last, "tells": _tells(half),
    }  # fmt: skip


def _tells(half: Foreseen) -> float:
    """Usable share of the infusion so far."""
    return half.infusion_s / (HALF_S - START_S)


def table(found: dict[str, list[dict[str, float]]]) -> str:
    """Rows of Markdown, one for each kind and one for all."""
    head = ("sessions", "n", "whole: within 10 %", "median ratio (5 to 95 %)",
            "last ten: within 10 %", "before F5, whole: within 10 %", "whole, %",
            "last ten, %")  # fmt: skip
    found["all"] = [one for some in found.values() for one in some]
    rows = [head, ("---",) * len(head)]
    rows += [_row(kind, some) for kind, some in found.items()]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _row(kind: str, some: list[dict[str, float]]) -> tuple[str, ...]:
    of = {key: np.array([one[key] for one in some]) for key in some[0]}

    def within(key: str) -> str:
        return f"{int(np.sum(np.abs(of[key] - 1) <= WITHIN))} of {len(some)}"

    low, middle, high = np.percentile(of["whole"], [5, 50, 95])
    return (
        kind, f"{len(some)}", within("whole"),
        f"{middle:.3f} ({low:.3f} to {high:.3f})",
        within("last"), within("before"), f"{of['percent'].mean():.1f}",
        f"{of['last_percent'].mean():.1f}",
    )  # fmt: skip


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("--n", type=int, default=6)
    asked.add_argument("--seed", type=int, default=700)
    asked.add_argument("--keep", type=Path)
    options = asked.parse_args()
    lines = [
        json.dumps([kind, session(kind, options.seed + i)])
        for i in range(options.n)
        for kind in KINDS
    ]
    if options.keep is not None:
        with options.keep.open("a+") as file:
            file.writelines(f"{line}\n" for line in lines)
            file.seek(0)
            lines = file.readlines()
    found: dict = {}
    for kind, one in map(json.loads, lines):
        found.setdefault(kind, []).append(one)
    print(table(found))
