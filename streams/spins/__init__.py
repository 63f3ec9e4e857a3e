"""Density matrices: spin systems, pulses and sequences of metabolites, exactly.

`simulate` serves the virtual scanner and the basis sets alike; beyond it they share no
model: line shape, baseline, water and noise of the scanner are its own.
"""

from streams.spins.sequences import Sequence
from streams.spins.simulation import simulate
from streams.spins.spin_systems import METABOLITES

__all__ = ["METABOLITES", "Sequence", "simulate"]
