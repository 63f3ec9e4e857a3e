"""Values of options: what is given counts, what is not leaves the protocol alone."""

import math

import pytest

from monitor.commands.option_values import wishes_of
from monitor.commands.options import (
    changes,
    names,
    not_negative,
    replay_speed,
    time_range,
)
from streams.errors import InputError

NOTHING = ("", "", None, None, None, None)


def test_what_is_not_given_changes_nothing():
    assert changes(window=None, metabolites=()) == {}
    assert changes(step=0, align=False) == {"step": 0, "align": False}
    assert wishes_of(*NOTHING).changes == {}


@pytest.mark.parametrize(
    ("times", "held"),
    [
        (("0:600", None), {"reference_s": (0.0, 600.0)}),
        ((None, "10m:50m"), {"infusion_s": (600.0, 3000.0)}),
    ],
)
def test_override_goes_with_either_of_the_times(times, held):
    wishes = wishes_of("", "", *times, None, None, True)
    assert wishes.changes == {**held, "override": True}
    assert wishes_of("", "", *times, None, None).changes == held


def test_override_with_no_time_has_nothing_to_put_in_place():
    with pytest.raises(InputError, match="--override puts given times"):
        wishes_of(*NOTHING, override=True)


def test_a_reason_lifts_the_lock():
    assert wishes_of("", "", None, None, None, "safety").changes == {
        "outcome_hidden": False
    }


def test_names_are_kept_once_and_in_order():
    assert names(" NAA, Cr,,NAA ") == ("NAA", "Cr")
    assert names(None) == ()
    with pytest.raises(InputError, match="--metabolites ' , ' names nothing"):
        names(" , ")


def test_a_range_and_numbers():
    assert time_range(None, "--reference") is None
    assert time_range("0:10m", "--reference") == (0.0, 600.0)
    assert not_negative(0.0, "--linger") == 0.0
    for value in (-0.5, math.nan):
        with pytest.raises(InputError, match="give 0 or more"):
            not_negative(value, "--linger")


def test_a_speed_is_above_zero():
    assert replay_speed("0.5") == 0.5
    assert replay_speed("MAX") == math.inf
    for text in ("0", "-1", "nan", "fast"):
        with pytest.raises(InputError, match="give a factor above 0"):
            replay_speed(text)
