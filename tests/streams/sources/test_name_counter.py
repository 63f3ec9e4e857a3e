"""Which numbers in names count files: made names of what scanners and scripts write."""

import random

import pytest

from streams.errors import InputError
from streams.sources.name_counter import (
    MOST_MISSING,
    _between,
    _seconds,
    _usual,
    check_pattern,
    missing_before,
)

CHANCE = random.Random(7)


def rising(first: int, steps: list[int]) -> list[int]:
    return [first + sum(steps[:n]) for n in range(len(steps) + 1)]


def clock(start_s: int, step_s: int, count: int) -> list[str]:
    times = [start_s + step_s * n for n in range(count)]
    return [f"{t // 3600:02}{t // 60 % 60:02}{t % 60:02}" for t in times]


UID = rising(35, [CHANCE.randint(30, 44) for _ in range(11)])
MS = rising(1_795_000_000_000, [2000 + CHANCE.randint(-20, 20) for _ in range(11)])
UNCOUNTED = {
    "UID": [f"scan.MR.1.2.3.4.{n}.dcm" for n in UID],
    "milliseconds": [f"svs_{n}.nii.gz" for n in MS],
    "nothing": ["a.nii", "b.nii", "c.nii", "d.nii"],
}
COUNTED = {
    "GE runs": ([f"P{65024 + 512 * n}.7" for n in range(12)], 512),
    "time of day": ([f"svs_{t}.dcm" for t in clock(35_970, 2, 40)], 2),
    "time of day, each second": ([f"svs_{t}.dcm" for t in clock(35_970, 1, 90)], 1),
    "date and time": ([f"20261129_{t}.nii" for t in clock(43_190, 2, 40)], 2),
    "transient and echo time": ([f"t{n}_te30.nii.gz" for n in range(12)], 1),
    "run, transient, date": ([f"r2_t{n:03}_20261129.nii" for n in range(12)], 1),
    "counter": ([f"fid_{n:04}.nii.gz" for n in range(95, 107)], 1),
    "every tenth": ([f"fid_{10 * n}.nii.gz" for n in range(12)], 10),
}


def missing(names: list[str], taken: list[str]) -> list[int]:
    pairs = zip([None, *taken], taken, strict=False)
    return [missing_before(name, before, names).files for before, name in pairs]


@pytest.mark.parametrize("kind", UNCOUNTED)
def test_what_counts_nothing_misses_nothing(kind):
    names = UNCOUNTED[kind]
    assert missing(names, names) == [0] * len(names)
    assert not missing_before(names[3], names[2], names).known
    assert missing(names[::2], names[::2]) == [0] * len(names[::2])


@pytest.mark.parametrize("kind", COUNTED)
def test_a_whole_course_misses_nothing(kind):
    names = COUNTED[kind][0]
    assert missing(names, names) == [0] * len(names)
    growing = [missing_before(names[n], names[n - 1], names[: n + 1]).files
               for n in range(1, len(names))]  # fmt: skip
    assert not any(growing)


@pytest.mark.parametrize("kind", COUNTED)
def test_what_is_left_out_is_counted(kind):
    names, step = COUNTED[kind]
    there = [name for n, name in enumerate(names) if n not in (4, 7, 8)][:12]
    found = missing_before(there[4], there[3], there)
    assert (found.files, found.by_one) == (1, step == 1)
    assert missing_before(there[6], there[5], there).files == 2


def test_the_part_that_counts_may_be_named():
    pattern = r"seq(\d+)"
    found = missing_before("seq7_x300.nii", "seq4_x100.nii", [], pattern)
    assert found.files == 2
    assert not missing_before("other.nii", "seq4.nii", [], pattern).known
    for bad in ("(", r"\d+", r"(\d)(\d)"):
        with pytest.raises(InputError, match=r"\[folder\]"):
            check_pattern(bad)


@pytest.mark.parametrize(
    ("first", "last", "step", "missing"),
    [
        (1, 2, 1, 0),
        (1, 3, 1, 1),
        (1, 7, 2, 2),
        (1, 6, 2, 0),  # no whole number of steps
        (7, 1, 2, 0),
        (1, 1, 1, 0),
        (0, MOST_MISSING, 1, MOST_MISSING - 1),
        (0, MOST_MISSING + 1, 1, 0),
    ],
)
def test_files_between_two_numbers(first, last, step, missing) -> None:
    assert _between(first, last, step) == missing


def test_of_two_numbers_that_rise_the_one_by_one_counts() -> None:
    names = [f"t{10 * n:04}_{n}.dcm" for n in range(1, 7)]
    found = missing_before(names[4], names[1], names)
    assert (found.files, found.by_one, found.known) == (2, True, True)


def test_a_single_step_is_usual_where_it_is_one() -> None:
    assert [_usual(steps) for steps in ([1], [2], [2, 2], [-1], [])] == [
        1, None, 2, None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("000000", 0),
        ("235959", 86_399),
        ("240000", None),
        ("236000", None),
        ("235960", None),
        ("240060", None),
        ("12345", None),
    ],
)
def test_six_digits_may_be_a_time_of_day(text, seconds) -> None:
    assert _seconds(text) == seconds
