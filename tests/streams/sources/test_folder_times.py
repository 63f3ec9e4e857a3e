"""Scanner time of files that come into a folder: TR, gaps in names, and pauses."""

from dataclasses import replace

import numpy as np
import pytest

from streams.messages.transient import Acquisition, Kind, Transient
from streams.sources.folder import PAUSE_S, PAUSE_TRS, _Feed
from streams.sources.folder_rules import FolderRules
from streams.sources.name_counter import Missing

A = Acquisition(123.25, "1H", 5e-4, 1024, 1, 0.03, 2.0)
NOBODY = replace(A, repetition_time_s=None)
LONGEST_S = 2.0 + PAUSE_S + PAUSE_TRS * 2.0  # between two files, and no pause yet


def feed(time_s: float = 100.0, written_s: float | None = 1000.0, **rules) -> _Feed:
    """After a file whose last transient was at `time_s`, written at `written_s`."""
    made = _Feed(FolderRules(**rules), set())
    made._time_s, made._written_s = time_s, written_s
    return made


@pytest.mark.parametrize(
    ("acquisition", "skipped", "waited_s", "length_s", "begins_s"),
    [
        (A, 0, 2.0, 0.0, 102.0),
        (A, 0, 0.1, 0.0, 102.0),  # written at once: TR all the same
        (A, 0, -30.0, 0.0, 102.0),  # a clock that was set back
        (A, 2, 6.0, 0.0, 106.0),
        (A, 0, LONGEST_S, 0.0, 102.0),
        (A, 0, LONGEST_S + 0.5, 0.0, 100.0 + LONGEST_S + 0.5),
        (A, 0, LONGEST_S + 0.5, 1.0, 102.0),  # of which the file's own take a second
        (A, 3, LONGEST_S + 0.5, 0.0, 108.0),
        (NOBODY, 0, 3.0, 0.0, 103.0),
        (NOBODY, 0, 3.0, 1.0, 102.0),
        (NOBODY, 0, 0.0, 1.0, 100.001),
    ],
)
def test_when_a_file_begins(acquisition, skipped, waited_s, length_s, begins_s):
    begun_s = feed()._begin_s(acquisition, skipped, 1000.0 + waited_s, length_s)
    assert begun_s == pytest.approx(begins_s)


def test_the_first_file_begins_at_nothing():
    assert feed(0.0, None)._begin_s(A, 0, 1000.0, 5.0) == 0.0


@pytest.mark.parametrize(
    ("missing", "waited_s", "skipped"),
    [
        (Missing(3, by_one=True), 0.1, 3),  # names that rise by one are believed
        (Missing(3, by_one=False), 0.1, 0),
        (Missing(3, by_one=False), 3.0, 0),
        (Missing(3, by_one=False), 3.1, 3),  # more than half of their time
        (Missing(0, by_one=False), 9.0, 0),
    ],
)
def test_names_that_rise_by_more_need_the_times(missing, waited_s, skipped):
    assert feed()._skip(missing, A, 1000.0 + waited_s) == skipped


def test_without_a_tr_or_a_file_before_names_are_believed():
    assert feed()._skip(Missing(3, by_one=False), NOBODY, 1000.0) == 3
    assert feed(0.0, None)._skip(Missing(3, by_one=False), A, 1000.0) == 3


def water(size: float) -> list[Transient]:
    """Water of this size beside NAA of one, FWHM 8 Hz."""
    t = 5e-4 * np.arange(1024)
    rate = -2j * np.pi * (2.01 - 4.65) * 123.25
    fid = (size + np.exp(rate * t)) * np.exp(-np.pi * 8 * t)
    return [Transient(0, 0.0, Kind.METABOLITE, fid[None].astype(np.complex64))]


@pytest.mark.parametrize(
    ("rule", "name", "size", "is_water"),
    [
        ("", "wref_1.nii.gz", 2000.0, True),
        ("", "wref_1.nii.gz", 1.0, False),  # named so, and measures as none
        ("", "metab_1.nii.gz", 2000.0, False),
        ("UNSUP", "a_unsup_1.nii.gz", 1.0, True),  # a site's word is believed
        ("unsup", "wref_1.nii.gz", 2000.0, False),
    ],
)
def test_water_is_told_by_the_sites_word_or_by_name_and_content(
    tmp_path, rule, name, size, is_water
):
    made = feed(water_name=rule)
    assert made._is_water(tmp_path / name, water(size), A) is is_water
