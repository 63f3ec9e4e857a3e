"""Virtual scanner: spin systems, pulse sequences, physiology and artefacts.

`simulate` (density matrix, strongly coupled) serves the scanner and the basis sets
alike; beyond it they share no model: line shape, baseline, water and noise of the
scanner are its own.
"""

from streams.sources.scanner_sim.sequences import Sequence
from streams.sources.scanner_sim.simulation import simulate
from streams.sources.scanner_sim.spin_systems import METABOLITES

__all__ = ["METABOLITES", "Sequence", "simulate"]
