r"""Processor time of each transient of a session with a contaminated stretch.

    OPENBLAS_NUM_THREADS=1 python tests/benchmarks/contaminated_pushes.py [FILE] \
        [--transients N]

FILE is a recording (`python -m streams.simulator.record SCENARIO FILE.mcap`); without
one it is the bundled infusion with one coil, N transients, and lipid of 1.5 times NAA
in the tenth of the session that ends 30 s before its end.  The figures are in
`session_speed.md`.
"""

import argparse
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from monitor.protocol.choose import Wishes
from monitor.run.session_run import SessionRun
from streams.messages.transient import Kind, Message, Transient, number
from streams.simulator.passing_artefacts import Contamination, Stretch
from streams.simulator.scanner import scan
from streams.simulator.scenario import Scenario
from streams.simulator.scenario_file import read_scenario
from streams.sources.recording import messages

CALM_S = 30.0


def contaminated(transients: int) -> Scenario:
    """The bundled infusion with lipid late in it."""
    base = read_scenario("infusion")
    plan = replace(base.acquisition, coils=1)
    end_s = transients * plan.repetition_time_s
    stretch = Stretch(0.9 * end_s - CALM_S, end_s - CALM_S, lipid_over_naa=1.5)
    return replace(
        base,
        acquisition=plan,
        coils=None,
        series=(replace(base.series[0], transients=transients),),
        contamination=Contamination((stretch,)),
    )


def pushed(sent: Iterable[Message]) -> tuple[np.ndarray, np.ndarray]:
    """Processor time of each metabolite transient, ms, and whether all was redone."""
    run, took_ms, redone = SessionRun(Wishes()), [], []
    for message in sent:
        began = time.process_time()
        update = run.push(message)
        body = message.body
        if isinstance(body, Transient) and body.kind == Kind.METABOLITE:
            took_ms.append(1e3 * (time.process_time() - began))
            redone.append(update.course is not None)
    return np.array(took_ms), np.array(redone)


def line(name: str, took_ms: np.ndarray) -> str:
    """A row of the table."""
    p50, p99 = np.percentile(took_ms, [50, 99])
    together_s = took_ms.sum() / 1e3
    figures = f"{p50:.1f} | {p99:.1f} | {took_ms.max():.1f} | {together_s:.1f}"
    return f"| {name} | {took_ms.size} | {figures} |"


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--transients", type=int, default=1500)
    given = parser.parse_args()
    sent = (
        messages(given.file)
        if given.file
        else number(scan(contaminated(given.transients)))
    )
    took_ms, redone = pushed(sent)
    print("| transients | n | p50, ms | p99, ms | largest, ms | together, s |")
    print("|---|---|---|---|---|---|")
    print(line("all", took_ms))
    if redone.any():
        print(line("with the course done again", took_ms[redone]))


if __name__ == "__main__":
    main()
