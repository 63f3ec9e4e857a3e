"""A NIfTI file is read without pydicom, and who wants that finds it afterwards."""

import subprocess
import sys

import pytest

pytest.importorskip("pydicom")
AFTERWARDS = """
import sys
from streams.sources.files.nibabel_alone import nibabel_alone

nibabel = nibabel_alone()
assert nibabel.Nifti1Header and nibabel is nibabel_alone()
assert "pydicom" not in sys.modules
from nibabel.nicom import dicomwrappers

import pydicom

assert dicomwrappers.pydicom is pydicom
assert pydicom.Dataset
"""


def test_who_wants_pydicom_later_finds_it() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", AFTERWARDS], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
