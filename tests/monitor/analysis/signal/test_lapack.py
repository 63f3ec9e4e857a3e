"""LAPACK without the rest of scipy: the same routines, however scipy comes later."""

import subprocess
import sys

import numpy as np
import scipy.linalg

from monitor.analysis.signal import lapack as module
from monitor.analysis.signal.lapack import lapack

FIRST = """
import sys
from monitor.analysis.signal.lapack import lapack
routines = lapack()
assert "scipy.linalg" not in sys.modules, "the rest of scipy.linalg was loaded"
import scipy.linalg.lapack
assert scipy.linalg.lapack.dpotrf is routines.dpotrf, "they are there twice"
"""
ROUTINES = ("dpotrf", "dpotrs", "dposv", "dtrtrs")


def test_alone_they_are_those_that_scipy_has_later():
    subprocess.run([sys.executable, "-c", FIRST], check=True, timeout=60)


def test_they_are_those_of_scipy():
    public = scipy.linalg.lapack
    assert all(getattr(lapack(), name) is getattr(public, name) for name in ROUTINES)


def test_where_scipy_keeps_them_elsewhere_the_public_ones_are_taken(monkeypatch):
    monkeypatch.setattr(module, "WRAPPED", "scipy.linalg._elsewhere")
    routines = lapack.__wrapped__()
    matrix = np.array([[4.0, 2.0], [2.0, 5.0]])
    triangle, failed = routines.dpotrf(matrix)
    assert failed == 0
    np.testing.assert_allclose(np.triu(triangle), [[2.0, 1.0], [0.0, 2.0]])
