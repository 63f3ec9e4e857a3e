"""A known change put in, in words."""

from __future__ import annotations

from dataclasses import replace

from known_changes import FOUND

from monitor.run.known_change import NOTHING, RISE, Intervals
from monitor.screen.parts.known_change import held, level, sentences, short, verdict

STEPPED, RISEN = FOUND.recoveries
GOOD = replace(FOUND, recoveries=(replace(STEPPED, windows_read=3.12), RISEN))


def test_all_is_said() -> None:
    assert sentences(GOOD) == (
        "Glu +4 % of what is fitted, put into copies of the 300 transients (10 min) "
        "before the infusion, from their middle on: Glx/tNAA +3.1 %.",
        "As a step: the mean of the windows reads +3.1 % of +3.1 %, the tracker at "
        "the end +2.9 % of +3.1 %.",
        "Rising to the end: the mean of the windows reads +1.5 % of +1.5 %, the "
        "tracker at the end +2.0 % of +3.1 %, behind which it lags by minutes.",
        "The 95 % interval of the mean of the windows (± 4 %) holds what was put in, "
        "and 0 where nothing was; so does the tracker's at the end (± 2.8 %).",
        "It cannot see a wrong level: that of Glx/tNAA itself is known to ± 10 %, so "
        "that a true +3.1 % may read +2.8 to +3.4 %. Nor can it see "
        "pulses, macromolecules or a line shape that are not the fit's: with other "
        "pulses than the basis set's a true change reads within some 2 % of itself as "
        "much in the windows, 7 % of itself less in the tracker.",
    )
    assert short(GOOD) == "+3.1 %: +3.1 % read"
    assert held(GOOD) == "95 % interval (± 4 %) holds it"
    assert level(GOOD) == "± 10 %"


def test_what_an_interval_does_not_hold_is_named() -> None:
    missed = Intervals(2.04, (RISE, NOTHING))
    bad = replace(GOOD, windows=missed)
    assert "does not hold it rising to the end and 0 where nothing" in verdict(bad)
    assert "one session of twenty" in verdict(bad)
    assert verdict(bad).endswith("; the tracker's at the end (± 2.8 %) does.")
    both = replace(bad, tracker=replace(bad.tracker, missed=(RISE,)))
    assert verdict(both).endswith("; nor does the tracker's at the end (± 2.8 %).")
    alone = replace(GOOD, tracker=both.tracker)
    assert "holds what was put in" in verdict(alone)
    assert verdict(alone).endswith("; the tracker's at the end (± 2.8 %) does not.")


def test_what_could_not_be_read_has_a_dash() -> None:
    nan = float("nan")
    lost = replace(GOOD.recoveries[0], read=nan, windows_read=nan)
    assert "– read" in short(replace(GOOD, recoveries=(lost,)))
