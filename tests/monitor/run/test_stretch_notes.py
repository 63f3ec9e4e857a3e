"""What is said of stretches and of ways that differ: what was done, and what to do."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from monitor.analysis.contamination.stretch import Cause, Stretch
from monitor.analysis.tracking.difference import Agreement, Difference, Way
from monitor.run.stretch_notes import differences_said, most_said, stretches_said

LIPID = Stretch(10, 40, 0, 20.0, 78.0, Cause.LIPID, True)


def said(*differences: Difference) -> list[str]:
    found = Agreement("Glu", differences) if differences else None
    settings = SimpleNamespace(outcome="Glu")
    return list(differences_said(SimpleNamespace(agreement=found, settings=settings)))


def test_a_stretch_is_named_with_its_cause_and_its_fate() -> None:
    taken_in = replace(LIPID, left_out=False)
    mine = replace(LIPID, cause=Cause.OPERATOR)
    out, kept, operator = stretches_said(
        SimpleNamespace(stretches=(LIPID, taken_in, mine))
    )
    assert out.startswith("From 20 to 78 s (30 transients) lipid sets transients apart")
    assert out.endswith(
        "they count neither in the reference period nor in windows or tracker."
    )
    (cleaner,) = stretches_said(
        SimpleNamespace(stretches=(replace(LIPID, cause=Cause.CLEANER),))
    )
    assert "tracker. What counts has more of it: see which is the good" in cleaner
    assert kept.endswith("they count all the same, as was asked for.")
    assert "the operator took a stretch out" in operator


@pytest.mark.parametrize(("n", "said"), [(60, ""), (59, "30 of the session's 59 tr")])
def test_that_most_of_a_session_is_left_out_is_said(n: int, said: str) -> None:
    mine = replace(LIPID, cause=Cause.OPERATOR, first=40, stop=n)
    result = SimpleNamespace(stretches=(LIPID, mine), qualities=range(n))
    assert most_said(result).startswith(said)
    assert bool(most_said(result)) is bool(said)


def test_only_what_is_more_than_chance_is_said() -> None:
    assert said() == []
    assert said(Difference(Way.TIES, 1.0, 2.0)) == []


@pytest.mark.parametrize(
    ("way", "what"),
    [
        (Way.TIES, "The tracker without ties lies +9.0 +- 2.0 %"),
        (Way.WINDOWS, "Windows lie +9.0 +- 2.0 %"),
        (Way.BASELINE, "With a free baseline the last transients lie +9.0 +- 2.0 %"),
    ],
)
def test_a_way_that_differs_is_named_with_its_interval(way: Way, what: str) -> None:
    (sentence,) = said(Difference(way, 9.0, 1.0))
    assert sentence.startswith(what)
    assert ("let bend" in sentence) is (way is Way.BASELINE)


def test_what_was_left_out_is_told_as_mended_and_what_was_not_as_to_do() -> None:
    out = Difference(Way.STRETCH, -9.0, 1.0, LIPID)
    kept = replace(out, stretch=replace(LIPID, left_out=False))
    assert said(out) == [
        "Leaving out 20 to 78 s changed the mean change of Glu by -9.0 +- 2.0 %."
    ]
    (sentence,) = said(kept)
    assert "leave it out (F4)" in sentence
