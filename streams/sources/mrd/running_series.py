"""What is known of the series of a scanner that is running."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from streams.messages.transient import Kind
from streams.sources.checks.conjugation import ConjugationCheck
from streams.sources.mrd.fid import Layout
from streams.sources.mrd.header import Header
from streams.sources.mrd.messages import Readout
from streams.sources.mrd.rules import MrdRules


@dataclass(slots=True)
class RunningSeries:
    """What is known of the series that is running."""

    header: Header
    layout: Layout | None = None
    check: ConjugationCheck | None = None
    starts: int = 0
    transients: int = 0
    water: int = 0
    noise: list[Readout] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    problem: str = ""
    refused: tuple[int, ...] = ()  # shape of what was not understood
    odd: list[tuple[Readout, float]] = field(default_factory=list)
    acquisitions: int = 0  # of any kind, that came raw

    def kind_of_next(self, readout: Readout, rules: MrdRules) -> Kind:
        """Water reference, macromolecules or metabolites, by the rules; counts it."""
        water = rules.is_water(readout, self.transients, self.header)
        self.transients += 1
        self.water += water
        if water:
            return Kind.WATER
        nulled = rules.is_macromolecule(readout, self.header)
        return Kind.MACROMOLECULE if nulled else Kind.METABOLITE


def steps_done(layout: Layout, readout: Readout, rules: MrdRules) -> str:
    """What is done to samples, and by which rules, for whoever reads the recording."""
    received = readout.points.shape[1]
    text = f"Samples: points {layout.start} to {layout.stop} of {received} kept"
    if layout.oversampling > 1:
        text += f", {layout.oversampling}-fold oversampling removed"
    text += ", conjugated" if layout.conjugate else ", not conjugated"
    return f"{text}; rules: {rules.departures or 'the defaults'}."


def summary_of(series: RunningSeries) -> str:
    """What came of a series, for the event of its end."""
    announced = series.header.announced
    text = f"{series.transients} transients"
    if announced is not None:
        text += f" of {announced} announced"
    if series.water:
        text += f", {series.water} of them water reference"
    counts = [f"{n} {name}" for name, n in sorted(series.left_out.items()) if n]
    return text + (f"; left out: {', '.join(counts)}" if counts else "")
