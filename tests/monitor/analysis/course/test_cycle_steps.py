"""Steps of the phase cycle: counted anew in each series, by what the scanner counts."""

from monitor.analysis.course.cycle_steps import CycleSteps


def test_steps_begin_with_each_series() -> None:
    steps = CycleSteps()
    # The scanner's counter goes on over its series, and knows what was lost.
    given = ((40, 0), (41, 0), (44, 0), (60, 1), (61, 1), (64, 3), (70, 3))
    assert [steps.of(*one) for one in given] == [0, 1, 4, 0, 1, 0, 6]
    assert steps.series == 3


def test_the_first_series_has_any_number() -> None:
    assert CycleSteps().of(8, 1) == 0
    assert CycleSteps().of(8, 0) == 0
    assert CycleSteps().of(8, 2) == 0
