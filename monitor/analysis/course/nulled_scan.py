"""Macromolecules measured in a session: transients in, an entry of the basis set out.

The transients of a block, metabolites nulled, enter no window.  Once the block has
ended and the session's lines have a place (its own metabolites say how far they are
off; there is nothing in a nulled spectrum that would), their mean is taken apart
(`fit.mm_measured`) and judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.course.measured_block import MeasuredBlock, NulledProgress
from monitor.analysis.fit.mm_entry import (
    NOTHING_SEEN_PERCENT,
    doubts,
    gain_of,
    metabolites_left,
    weighting_said,
)
from monitor.analysis.fit.mm_measured import MeasuredMM, measured_mm
from monitor.analysis.fit.mm_posterior import measured_shapes
from monitor.analysis.preparation.combination import Combination
from monitor.analysis.preparation.nulled_mean import nulled_mean
from monitor.analysis.signal.axis import Axis
from monitor.protocol.settings import Settings
from streams.errors import InputError
from streams.messages.transient import Acquisition, ComplexFID, Transient

LEAST = 8
"""Fewer transients are no measurement."""
WATER_PHASE_RAD = 0.05
"""SD of the phase of a block that was put together by its water, from the water's."""


@dataclass(slots=True)
class NulledBlock:
    """The transients of a block and how they were acquired."""

    acquisition: Acquisition
    waters: tuple[ComplexFID, ...]
    fids: list[ComplexFID] = field(default_factory=list)
    times_s: list[float] = field(default_factory=list)


@dataclass(slots=True)
class NulledScan:
    """The blocks of a session; one owner, the pipeline.

    Attributes
    ----------
    block : what was begun and not judged yet
    closed : it has ended
    measured : of the newest block, whether good enough or not
    shapes : macromolecules of the newest that shows any (`mm_posterior`)
    """

    block: NulledBlock | None = None
    closed: bool = False
    measured: MeasuredBlock | None = None
    shapes: BasisSet | None = None

    def push(
        self, body: Transient, acquisition: Acquisition, waters: Sequence[ComplexFID]
    ) -> NulledProgress:
        """Take a transient; how far the block is."""
        if self.block is None or self.block.acquisition != acquisition:
            self.block = NulledBlock(acquisition, tuple(waters))
        self.closed = False
        self.block.fids.append(body.fid)
        self.block.times_s.append(body.time_s)
        return NulledProgress(len(self.block.fids), body.time_s)

    def close(self) -> None:
        """What comes next is no more of the block."""
        self.closed = self.block is not None

    def judge(
        self,
        basis: BasisSet,
        settings: Settings,
        moved_hz: float,
        line_hz: float,
        usual_tr_s: float | None,
    ) -> MeasuredBlock | None:
        """Judge the block that has ended; None where there is none.

        Parameters
        ----------
        basis : as it was read
        moved_hz : the session's lines lie so much too high in ppm
        line_hz : full width of their lines
        usual_tr_s : TR of the metabolite transients, s
        """
        block, self.block, self.closed = self.block, None, False
        if block is None:
            return None
        self.measured = _few(block)
        if self.measured.refused:
            return self.measured
        mean = nulled_mean(_combination(block, settings), block.fids, moved_hz)
        a = block.acquisition
        found = measured_mm(
            mean.fid,
            a.spectrometer_frequency_mhz,
            a.dwell_time_s,
            metabolites_left(basis, a),
            phase_sd_rad=WATER_PHASE_RAD if mean.phased else np.inf,
        )
        self.measured = _judge_block(block, mean.used, found)
        if not self.measured.refused:
            gain = gain_of(a, usual_tr_s) or np.ones_like
            self.shapes = measured_shapes(found, a, gain, usual_tr_s, line_hz)
        return self.measured


def said_of(measured: MeasuredBlock, settings: Settings) -> Iterator[str]:
    """What is to be said of a block that was judged."""
    span = f"{measured.start_s:.0f} to {measured.end_s:.0f} s"
    count = f"{measured.used} of {measured.transients} transients, {span}"
    if measured.refused:
        yield (
            f"The macromolecules measured from {span} are not used, since "
            f"{measured.refused}."
        )
        return
    if settings.macromolecules != "auto":
        yield (
            f"Macromolecules were measured ({count}) and are not used: the protocol "
            f'has macromolecules = "{settings.macromolecules}".'
        )
        return
    left = ", ".join(measured.residues) or "nothing"
    yield (
        f"Macromolecules were measured ({count}; noise {measured.noise_percent:.0f} % "
        f"of the highest, left of metabolites: {left}) and all is fitted with them. "
        f"{measured.weighting}"
    )
    yield from measured.doubts


def _few(block: NulledBlock) -> MeasuredBlock:
    """A block that nothing is known of but its length."""
    n, times_s = len(block.fids), block.times_s
    signal = sum(bool(fid.any()) for fid in block.fids)
    why = "" if signal >= LEAST else f"it has {signal} transients with signal alone"
    return MeasuredBlock(min(times_s), max(times_s), n, 0, refused=why)


def _judge_block(block: NulledBlock, used: int, found: MeasuredMM) -> MeasuredBlock:
    refused = ""
    if not found.noise_percent <= NOTHING_SEEN_PERCENT:
        refused = "it shows nothing above its noise"
    return MeasuredBlock(
        min(block.times_s),
        max(block.times_s),
        len(block.fids),
        used,
        found.noise_percent,
        found.prior_rms,
        found.beyond_percent,
        tuple(f"{r.name} {r.percent:+.0f} %" for r in found.residues if r.seen),
        weighting_said(block.acquisition),
        refused,
        () if refused else tuple(doubts(found, "The block")),
    )


def _combination(block: NulledBlock, settings: Settings) -> Combination:
    """Coils of the block, by the water references of its series."""
    a = block.acquisition
    axis = Axis(a.points, a.dwell_time_s, a.spectrometer_frequency_mhz)
    made = Combination(axis, a.coils, settings.coil_combine, settings.eddy_current)
    for water in block.waters:
        try:
            made.push_water(water)
        except InputError:
            continue
    return made
