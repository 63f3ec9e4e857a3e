"""The headline of whole sessions against the truth, and against the final analysis.

    python tests/acceptance/headline.py --n 2 --seed 1 [--length 150 250] [--keep FILE]

Each of `--n` sessions of a kind has 150 transients before and 250 of an infusion (or
`--length`; TR 2 s, SNR 10, one coil, the bundled scenario otherwise): a drug day, a
placebo day, a drug day with a stretch that is unlike the rest (30 to 120 s of lipid,
water, motion, broader lines or a hump, before the infusion or in it), and one with a
re-shim 60 transients after the start.  Every message goes through the live path into
the page.  What the page says at each quarter of the infusion is held against the truth
of that moment, what it says at the end against the result and the terminal, and what it
foresees at half time against the end.

FILE keeps what each session gave, a line each; the table is of all that is in it.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from monitor.protocol.choose import Wishes
from monitor.run.remarks import change_at_the_end
from monitor.run.session_run import SessionRun
from monitor.run.stream_state import Stream
from monitor.screen.display import Display
from monitor.screen.number_words import MINUS
from monitor.screen.screen import Headline
from streams.messages.transient import Transient, number
from streams.simulator.courses import multiplier
from streams.simulator.passing_artefacts import Burst, Contamination, Stretch
from streams.simulator.plan import PlannedEvent
from streams.simulator.scanner import prepare, scan_session
from streams.simulator.scenario import Scenario
from streams.simulator.scenario_file import read_scenario
from streams.simulator.session import amplitude_of

KINDS = ("drug", "placebo", "contaminated", "re-shim")
UNLIKE = ("lipid", "water", "motion", "line width", "baseline")
UNTIL_SHIM = 60
OF_A_KIND = 10_000
TR_S, FIRST_S, PAUSE_S = 2.0, 12.0, 20.0
HELD_S = 2.5  # the number is held for two seconds
QUARTERS = (0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Length:
    """Transients before and during the infusion."""

    before: int = 150
    during: int = 250

    @property
    def start_s(self) -> float:
        """When the infusion starts, s."""
        return FIRST_S + TR_S * self.before

    @property
    def infusion_s(self) -> float:
        """How long it lasts, s."""
        return TR_S * self.during


SHORT = Length()


@dataclass(frozen=True)
class Seen:
    """What the page said at one moment, and the truth then, percent."""

    truth: float
    value: float
    half: float
    grey: bool

    @property
    def covered(self) -> bool:
        """Whether the interval holds the truth."""
        return abs(self.value - self.truth) <= self.half


@dataclass(frozen=True)
class Said:
    """One session.

    Attributes
    ----------
    moments : at each quarter of the infusion that has a number
    verdict, final : "INCREASE", "DECREASE" or "none": of the page at the end, and of
        the result
    terminal : whether the line that `analyse` ends with has number and verdict of the
        page
    ratio : what was foreseen at half time for the planned end, over what it was
    """

    moments: tuple[Seen, ...]
    verdict: str
    final: str
    terminal: bool
    ratio: float


def own(kind: str, seed: int) -> int:
    """The seed of a kind's session: two kinds have no noise in common."""
    return seed + OF_A_KIND * KINDS.index(kind)


def scenario_of(kind: str, seed: int, length: Length = SHORT) -> Scenario:
    """A session of a kind."""
    bundled = read_scenario("null" if kind == "placebo" else "infusion")
    (first,) = bundled.series
    series = (replace(first, transients=length.before + length.during),)
    stop_s = length.start_s + length.infusion_s
    if kind == "re-shim":
        series = (
            replace(first, transients=length.before + UNTIL_SHIM),
            replace(first, begins="re-shim", pause_s=PAUSE_S, noise_frames=0,
                    water_frames=0, transients=length.during - UNTIL_SHIM, fwhm_hz=8.2,
                    shift_hz=2.0),
        )  # fmt: skip
        stop_s += PAUSE_S
    events = (PlannedEvent(length.start_s, "infusion_start"),
              PlannedEvent(stop_s - TR_S, "infusion_stop"))  # fmt: skip
    plan = replace(bundled.acquisition, coils=1)
    made = replace(
        bundled, seed=seed, series=series, events=events, acquisition=plan, coils=None
    )
    return contaminated(made, seed, length) if kind == "contaminated" else made


def contaminated(scenario: Scenario, seed: int, length: Length = SHORT) -> Scenario:
    """The session with a stretch that is unlike the rest."""
    random = np.random.default_rng([9_200_000, seed])
    kind, length_s = UNLIKE[seed % len(UNLIKE)], random.uniform(30.0, 120.0)
    stop_s = length.start_s + length.infusion_s
    low, high = ((FIRST_S, length.start_s), (length.start_s, stop_s))[seed // 5 % 2]
    start_s = random.uniform(low, high - length_s)
    stop_s = start_s + length_s
    if kind == "motion":
        moved = scenario.motion
        if moved is None:
            raise RuntimeError("the bundled scenario has no motion")
        moved = replace(moved, bursts=(*moved.bursts, Burst(start_s, stop_s, 1.0)))
        return replace(scenario, motion=moved)
    what = {
        "lipid": {"lipid_over_naa": random.uniform(0.5, 3.0)},
        "water": {"water_times": random.uniform(10.0, 50.0)},
        "line width": {"broadening_hz": random.uniform(1.5, 5.0)},
        "baseline": {"hump_over_naa": random.uniform(0.1, 0.3)},
    }[kind]
    stretch = Stretch(start_s, stop_s, **what)
    return replace(scenario, contamination=Contamination((stretch,)))


def truth_at(scenario: Scenario, time_s: float) -> float:
    """True change of Glx/tNAA at a scanner time, percent."""
    at = np.array([time_s])

    def moved(names: tuple[str, ...], when: np.ndarray | None) -> float:
        total = 0.0
        for name in names:
            if name not in scenario.concentrations_mm:
                continue
            course, factor = scenario.courses.get(name), 1.0
            if course is not None and when is not None:
                factor = float(multiplier(course, when, scenario.infusion_s)[0])
            total += amplitude_of(scenario, name) * factor
        return total

    above, below = ("Glu", "Gln"), ("NAA", "NAAG")
    now, before = (moved(above, w) / moved(below, w) for w in (at, None))
    return 100 * (now / before - 1)


def said(kind: str, seed: int, length: Length = SHORT) -> Said:
    """Run one session through the page."""
    scenario = scenario_of(kind, seed, length)
    wishes = Wishes(changes={"infusion_length_s": length.infusion_s})
    run, display = SessionRun(wishes), None
    due = [length.start_s + q * (length.infusion_s - TR_S) for q in QUARTERS[:-1]]
    moments: list[Seen] = []
    foreseen = now_s = 0.0
    for message in number(scan_session(prepare(scenario)), f"{kind}{seed}"):
        update = run.push(message)
        if display is None:
            if update.settings is None:
                continue
            display = Display(update.settings)
            display.hear(Stream(connected=True, recording=True), 0.0)
        body = message.body
        now_s = body.time_s if isinstance(body, Transient) else now_s
        display.fold(update, now_s)
        if isinstance(body, Transient) and due and body.time_s >= due[0]:
            if len(due) == 2 and display.state.foreseen is not None:
                foreseen = display.state.foreseen.whole_percent
            due.pop(0)
            moments += seen(display, scenario, body.time_s)
    if display is None:
        raise RuntimeError("the session has no start")
    last_s = display.state.time_s
    moments += seen(display, scenario, last_s)
    head = display.screen(last_s + HELD_S).headline
    _, result = run.finish()
    outcome = result.settings.outcome
    answer, line = result.answers[outcome], change_at_the_end(result)
    way = "INCREASE" if answer.mean_percent > 0 else "DECREASE"
    verdict = verdict_of(head)
    told = f"{outcome} at the end (by the tracker): {plain(head.number):+.1f} %"
    same = verdict == "none" or f"; {verdict.lower()} in the mean" in line
    same = same and ("perhaps" in head.verdict) == ("perhaps" in line)
    end = display.state.foreseen
    return Said(
        tuple(moments),
        verdict,
        way if answer.changed else "none",
        line.startswith(told) and same,
        foreseen / end.now_percent if end is not None else float("nan"),
    )


def seen(display: Display, scenario: Scenario, time_s: float) -> list[Seen]:
    """What the page says now; nothing where it has no number."""
    head = display.screen(time_s + HELD_S).headline
    if not head.interval:
        return []
    half = float(head.interval.split()[1])
    truth = truth_at(scenario, time_s)
    return [Seen(truth, plain(head.number), half, head.fade > 0)]


def verdict_of(head: Headline) -> str:
    """Which way the page says that it has changed, if it does."""
    first = head.verdict.replace(",", "").split()[0]
    return first if first in ("INCREASE", "DECREASE") else "none"


def plain(number: str) -> float:
    """A number of the page."""
    return float(number.split()[0].replace(MINUS, "-"))


def table(found: dict[str, list[Said]]) -> str:
    """A line for each kind, and one for all."""
    rows = [
        "| sessions | n | interval holds the truth at the end | at each quarter | "
        "grey at the end | mean error at the end, % | mean half width, % | INCREASE | "
        "DECREASE | false verdicts | verdict unlike the result's | "
        "terminal unlike the page | forecast at half time within 10 % |",
        "|" + 13 * "---|",
    ]
    everything = [one for some in found.values() for one in some]
    for kind, sessions in {**found, "all": everything}.items():
        rows.append("| " + " | ".join(map(str, cells(kind, sessions))) + " |")
    return "\n".join(rows)


def cells(kind: str, sessions: list[Said]) -> tuple[object, ...]:
    """One line of the table."""
    n = len(sessions)
    moments = [m for s in sessions for m in s.moments]
    ends = [s.moments[-1] for s in sessions]
    covered = sum(m.covered for m in moments)
    percent = f"{100 * covered / len(moments):.0f} %"
    ways = [way(e.truth) for e in ends]
    verdicts = [s.verdict for s in sessions]
    false = sum(v not in ("none", w) for v, w in zip(verdicts, ways, strict=True))
    ratios = np.array([s.ratio for s in sessions])
    return (
        kind, n, f"{sum(e.covered for e in ends)} of {n}",
        f"{covered} of {len(moments)} ({percent})", sum(e.grey for e in ends),
        f"{np.mean([e.value - e.truth for e in ends]):+.1f}",
        f"{np.mean([e.half for e in ends]):.1f}",
        verdicts.count("INCREASE"), verdicts.count("DECREASE"), false,
        sum(s.verdict != s.final for s in sessions),
        sum(not s.terminal for s in sessions),
        f"{int(np.sum(np.abs(ratios - 1) <= 0.1))} of {n}",
    )  # fmt: skip


def way(percent: float) -> str:
    """Which way the truth has moved by the end, if it has."""
    if abs(percent) < 0.5:
        return "none"
    return "INCREASE" if percent > 0 else "DECREASE"


def read(line: str) -> tuple[str, Said]:
    """A session as it was kept."""
    kind, held = json.loads(line)
    held["moments"] = tuple(Seen(**one) for one in held["moments"])
    return kind, Said(**held)


def main() -> None:
    """Run sessions of every kind and print the table of all that are kept."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--n", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--length", type=int, nargs=2, default=(150, 250))
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    lines = []
    for seed in range(asked.seed, asked.seed + asked.n):
        for kind in KINDS:
            lines.append(
                json.dumps(
                    [kind, asdict(said(kind, own(kind, seed), Length(*asked.length)))]
                )
            )
            if asked.keep is not None:
                with asked.keep.open("a") as file:
                    file.write(lines[-1] + "\n")
    if asked.keep is not None:
        lines = asked.keep.read_text().splitlines()
    kinds: dict[str, list[Said]] = {}
    for kind, one in map(read, lines):
        kinds.setdefault(kind, []).append(one)
    print(table(kinds))


if __name__ == "__main__":
    main()
