"""The headline of whole sessions against the truth, and against the final analysis.

    python tests/acceptance/headline.py --n 8 --seed 1

Each of `--n` sessions of a kind has 150 transients before and 250 of an infusion (TR
2 s, SNR 10, the bundled scenario otherwise): a drug day, a placebo day, and a drug day
with a re-shim 60 transients after the start.  Every message goes through the live path
into the page; what the page says at the end is held against the truth and the result.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace

from monitor.protocol.choose import Wishes
from monitor.run.remarks import change_at_the_end
from monitor.run.session_run import SessionRun
from monitor.run.stream_state import Stream
from monitor.screen.display import Display
from monitor.screen.number_words import MINUS
from streams.messages.transient import number
from streams.simulator.plan import PlannedEvent
from streams.simulator.scanner import prepare, scan_session
from streams.simulator.scenario import Scenario
from streams.simulator.scenario_file import read_scenario
from streams.simulator.truth import changes_at_stop

KINDS = ("drug", "placebo", "re-shim")
BEFORE, DURING, UNTIL_SHIM = 150, 250, 60
TR_S, FIRST_S = 2.0, 12.0


@dataclass(frozen=True)
class Ended:
    """What a session's page said at its end, percent."""

    truth: float
    value: float
    half: float
    grey: bool
    verdict: str
    final: str
    same: bool

    @property
    def covered(self) -> bool:
        """Whether the interval holds the truth."""
        return abs(self.value - self.truth) <= self.half


def scenario_of(kind: str, seed: int) -> Scenario:
    """A short session of a kind."""
    bundled = read_scenario("null" if kind == "placebo" else "infusion")
    (first,) = bundled.series
    start_s = FIRST_S + TR_S * BEFORE
    series = (replace(first, transients=BEFORE + DURING),)
    stop_s = start_s + TR_S * DURING
    if kind == "re-shim":
        pause_s = 20.0
        series = (
            replace(first, transients=BEFORE + UNTIL_SHIM),
            replace(first, begins="re-shim", pause_s=pause_s, noise_frames=0,
                    water_frames=0, transients=DURING - UNTIL_SHIM, fwhm_hz=8.2,
                    shift_hz=2.0),
        )  # fmt: skip
        stop_s += pause_s
    events = (PlannedEvent(start_s, "infusion_start"),
              PlannedEvent(stop_s - TR_S, "infusion_stop"))  # fmt: skip
    plan = replace(bundled.acquisition, coils=1)
    return replace(
        bundled, seed=seed, series=series, events=events, acquisition=plan, coils=None
    )


def ended(kind: str, seed: int) -> Ended:
    """Run one session through the page."""
    scenario = scenario_of(kind, seed)
    run, display = SessionRun(Wishes()), None
    for message in number(scan_session(prepare(scenario)), f"{kind}{seed}"):
        update = run.push(message)
        if display is None:
            if update.settings is None:
                continue
            display = Display(update.settings)
            display.hear(Stream(connected=True, recording=True), 0.0)
        display.fold(update, 0.0)
    if display is None:
        raise RuntimeError("the session has no start")
    head = display.screen(10.0).headline
    _, result = run.finish()
    outcome = result.settings.outcome
    answer, value = result.answers[outcome], plain(head.number)
    way = "INCREASE" if answer.mean_percent > 0 else "DECREASE"
    final = way if answer.changed else "none"
    said = head.verdict.split(",")[0]
    told = f"{outcome} at the end (by the tracker): {value:+.1f} %"
    return Ended(
        changes_at_stop(scenario)[outcome],
        value,
        float(head.interval.split()[1]),
        head.fade > 0,
        said if said in ("INCREASE", "DECREASE") else "none",
        final,
        change_at_the_end(result).startswith(told),
    )


def plain(number: str) -> float:
    """A number of the page."""
    return float(number.split()[0].replace(MINUS, "-"))


def table(found: dict[str, list[Ended]]) -> str:
    """A line for each kind."""
    rows = [
        "| kind | n | interval holds the truth | mean error | mean half width | "
        "verdict | false verdicts | verdict unlike the result's | "
        "number unlike the terminal's | grey at the end |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for kind, sessions in found.items():
        n = len(sessions)
        truth = [_way(s.truth) for s in sessions]
        cells = (
            kind, n, sum(s.covered for s in sessions),
            f"{sum(s.value - s.truth for s in sessions) / n:+.1f}",
            f"{sum(s.half for s in sessions) / n:.1f}",
            sum(s.verdict != "none" for s in sessions),
            sum(s.verdict not in ("none", way)
                for s, way in zip(sessions, truth, strict=True)),
            sum(s.verdict != s.final for s in sessions),
            sum(not s.same for s in sessions), sum(s.grey for s in sessions),
        )  # fmt: skip
        rows.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(rows)


def _way(percent: float) -> str:
    if abs(percent) < 0.5:
        return "none"
    return "INCREASE" if percent > 0 else "DECREASE"


def main() -> None:
    """Run sessions of every kind and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--n", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    found = {
        kind: [ended(kind, asked.seed + i) for i in range(asked.n)] for kind in KINDS
    }
    print(table(found))


if __name__ == "__main__":
    main()
