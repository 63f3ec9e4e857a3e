"""Which numbers in names count files: made names of what scanners and scripts write."""

import random

import pytest

from streams.errors import InputError
from streams.sources.name_counter import check_pattern, missing_before

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
