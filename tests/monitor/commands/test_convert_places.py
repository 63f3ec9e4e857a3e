"""`convert`: what it never writes over, and the labels of a BIDS set."""

from pathlib import Path

import pytest

from monitor.commands.convert import Format, _check_kept, _labels
from streams.errors import InputError


@pytest.mark.parametrize(
    ("read", "out", "to", "over"),
    [
        ("a/s.mcap", "a/s.nii.gz", Format.NIFTI, False),
        ("a/s_water.nii.gz", "a/s.nii.gz", Format.NIFTI, True),
        ("b/s.nii.gz", "a/s.nii.gz", Format.NIFTI, False),
        ("a/s2.nii.gz", "a/s.nii.gz", Format.NIFTI, False),
        ("a/s.h5", "a/s.h5", Format.ISMRMRD, True),
        ("a/sub-01/x.nii.gz", "a", Format.BIDS, True),
        ("a/s.mcap", "b", Format.BIDS, False),
    ],
)
def test_what_is_read_is_never_written_over(tmp_path, read, out, to, over):
    given = (tmp_path / read, tmp_path / out, to)
    if not over:
        _check_kept(*given)
        return
    with pytest.raises(InputError, match="would be written over"):
        _check_kept(*given)
    _check_kept(None, tmp_path / out, to)


def test_labels_are_told_or_in_the_name_or_new(tmp_path):
    named = Path("sub-07_ses-2.mcap")
    assert _labels(named, tmp_path, None, None) == ("07", "2")
    assert _labels(named, tmp_path, "x", "y") == ("x", "y")
    assert _labels(named, tmp_path, "", "") == ("", "")
    assert _labels(Path("a.mcap"), tmp_path, None, None) == ("01", "01")
