"""Files whose names are bytes that are no UTF-8: found, and named readably."""

import os
import sys
from pathlib import Path

import pytest

from monitor.run.analysed_content import about
from monitor.study.sessions import find_sessions

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="names are bytes there alone"
)


def odd(folder: Path) -> Path:
    path = folder / os.fsdecode(b"l\xfc1.nii.gz")
    path.write_bytes(b"content")
    return path


def test_results_hold_a_name_that_can_be_written(tmp_path):
    assert about(odd(tmp_path), names=True)["file"].encode() == b"l_1.nii.gz"


def test_a_session_is_called_by_a_name_that_can_be_written(tmp_path):
    (session,) = find_sessions([odd(tmp_path)], names=True)
    assert (session.title, session.label) == ("l_1.nii.gz", "l_1")
    assert session.path.is_file()
