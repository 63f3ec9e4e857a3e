"""LAPACK's routines, loaded when the first is called.

The window's process knows the analysis by its values alone: scipy, a quarter of a
second of every start, is paid by who calculates.
"""

from functools import cache
from types import ModuleType


@cache
def lapack() -> ModuleType:
    """`scipy.linalg.lapack`."""
    from scipy.linalg import lapack as routines

    return routines
