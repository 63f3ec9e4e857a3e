"""A known change put in, in words."""

from __future__ import annotations

from dataclasses import replace

from monitor.run.known_change import RISE, STEP, Halves, Injection, Recovery
from monitor.screen.parts.known_change import held, level, sentences, short, verdict

GOOD = Injection(
    outcome="Glx/tNAA",
    halves=Halves(12.0, 312.0, 612.0, 300),
    recoveries=(
        Recovery(STEP, 3.1, 2.94, 3.1, 3.12, True),
        Recovery(RISE, 3.1, 2.0, 1.5, 1.46, True),
    ),
    sd=2.04,
    still=True,
    level_sd=5.1,
)


def test_all_is_said() -> None:
    assert sentences(GOOD) == (
        "Glu +4 % of what is fitted, put into copies of the 300 transients (10 min) "
        "before the infusion, from their middle on: Glx/tNAA +3.1 %.",
        "As a step: +3.1 % of +3.1 % are read in the mean of the windows, +2.9 % at "
        "the end by the tracker, which lags behind.",
        "Rising to the end: +1.5 % of +1.5 % are read in the mean of the windows, "
        "+2.0 % at the end by the tracker, which lags behind.",
        "The tracker's 95 % interval (± 4 %) holds what was put in, and 0 where "
        "nothing was.",
        "It cannot see a wrong level: that of Glx/tNAA itself is known to ± 10 %, and "
        "a true change reads as much too large or too small. Nor can it see "
        "macromolecules or a line shape that are not the fit's.",
    )
    assert short(GOOD) == "+3.1 %: +3.1 % read"
    assert held(GOOD) == "interval holds it"
    assert level(GOOD) == "± 10 %"


def test_what_an_interval_does_not_hold_is_named() -> None:
    step, rise = GOOD.recoveries
    rise = replace(rise, holds=False)
    bad = replace(GOOD, recoveries=(step, rise), still=False)
    assert not bad.holds
    assert "does not hold it rising to the end and 0 where nothing" in verdict(bad)
    assert "one session of twenty" in verdict(bad)


def test_what_could_not_be_read_has_a_dash() -> None:
    nan = float("nan")
    lost = replace(GOOD.recoveries[0], read=nan, windows_read=nan)
    assert "– read" in short(replace(GOOD, recoveries=(lost,)))
