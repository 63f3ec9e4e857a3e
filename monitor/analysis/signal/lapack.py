"""LAPACK's routines, loaded when the first is called.

The window's process knows the analysis by its values alone: scipy is paid by who
calculates.
"""

import sys
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from types import ModuleType

WRAPPED = "scipy.linalg._flapack"
"""The module in which `scipy.linalg.lapack` has them from."""


@cache
def lapack() -> ModuleType:
    """`scipy.linalg.lapack`, or the part of it that is LAPACK.

    The rest of `scipy.linalg`, which nothing else of ours needs, costs `analyse` 50 ms
    more to import (processor time, median of 15 pairs, 19 to 82 in 14 of them).
    """
    return sys.modules.get(WRAPPED) or _wrapped() or _public()


def _wrapped() -> ModuleType | None:
    """The part alone; None where scipy has no such file.

    It keeps its name, so that it is there once, whoever imports scipy later.
    """
    import scipy

    spec = PathFinder.find_spec(WRAPPED, [f"{home}/linalg" for home in scipy.__path__])
    if spec is None or spec.loader is None:
        return None
    sys.modules[WRAPPED] = routines = module_from_spec(spec)
    spec.loader.exec_module(routines)
    return routines


def _public() -> ModuleType:
    from scipy.linalg import lapack as routines

    return routines
