"""Coil weights and eddy phase of one epoch: from several coils to one FID.

Where weights come from, in this order: the water references pushed before the first
metabolite transient; else the metabolite transients themselves, with provisional
weights from the first one.  `settle` makes the final ones once, from the first
transients of the epoch, after which they never change within the epoch.

Noise: from noise transients where there are any, else from the tails of everything
that has come until the weights are settled.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from monitor.analysis.preparation import coils, eddy
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.noise import Coils, tail_noise
from monitor.analysis.signal.spectrum import Complex
from streams.errors import InputError

WATERS = 16
"""At most so many water references are kept for the weights."""

EARLY = 4
"""The weights are made from the first quarter of a FID, where the signal is."""


@dataclass(slots=True)
class Combination:
    """The coil weights of one epoch; one owner, the `Preparation`.

    Attributes
    ----------
    axis, coil_count : of the acquisition
    combine_coils, correct_eddy : steps of the settings
    waters : water references (coils, any points) complex64
    measured, tails : noise from noise transients, and from tails
    sensitivities, weights : (coils,) once there are any
    turn : (points,) what takes the eddy phase off; None without a water reference
    settled : the weights are final
    """

    axis: Axis
    coil_count: int
    combine_coils: bool
    correct_eddy: bool
    waters: list[Coils] = field(default_factory=list)
    measured: coils.NoiseEstimate = field(init=False)
    tails: coils.NoiseEstimate = field(init=False)
    sensitivities: Complex | None = None
    weights: Complex | None = None
    turn: Complex | None = None
    settled: bool = False

    def __post_init__(self) -> None:
        self.measured = coils.NoiseEstimate.empty(self.coil_count)
        self.tails = coils.NoiseEstimate.empty(self.coil_count)

    def push_water(self, fid: Coils) -> bool:
        """Take a water reference; False where it comes too late for this epoch."""
        self._check_coils(fid, "A water reference")
        if not np.any(fid):
            raise InputError(
                "The water reference is zero: measure it again, or leave it out."
            )
        if self.weights is not None or len(self.waters) == WATERS:
            return False
        self.waters.append(np.array(fid))
        self._push_tail(fid)
        return True

    def push_noise(self, fid: Coils) -> None:
        """Take a noise transient (coils, any points)."""
        self._check_coils(fid, "A noise transient")
        if not self.settled:
            self.measured.push(np.asarray(fid, complex))

    def apply(self, fid: Coils) -> Complex:
        """Combined and eddy-corrected FID (points,) of a transient (coils, points)."""
        self._check_coils(fid, "A transient")
        if not self.settled:
            self._push_tail(fid)
        if self.weights is None:
            self._make([fid])
        return self._apply(fid)

    def settle(self, fids: list[Coils]) -> list[Complex]:
        """Make the final weights from the first transients; they, combined again.

        What was combined already, (1, points), stays as it is.
        """
        raw = [fid for fid in fids if not self._is_combined(fid)]
        if not self.settled and (raw or self.waters):
            self._make(raw)
        self.settled = True
        return [self._apply(fid) for fid in fids]

    def spread(self, fid: Complex) -> Coils:
        """What the coils (coils, points) see of a combined FID (points,).

        Raises
        ------
        InputError : there are no coil weights yet
        """
        seen = self.weights if self.sensitivities is None else self.sensitivities
        if seen is None:
            raise InputError("There are no coil weights yet: push a transient first.")
        own = fid if self.turn is None else fid * self.turn.conj()
        return np.asarray(np.outer(seen, own))

    def _check_coils(self, fid: Coils, what: str) -> None:
        if fid.shape[0] != self.coil_count:
            raise InputError(
                f"{what} has {fid.shape[0]} coils, the series {self.coil_count}: "
                "give one of the same series and coil."
            )

    def _push_tail(self, fid: Coils) -> None:
        if self.coil_count > 1:
            self.tails.push(
                tail_noise(fid, self.axis.dwell_time_s, self.axis.frequency_mhz)
            )

    @property
    def noise_covariance(self) -> Complex:
        """Of the coils, (coils, coils)."""
        enough = self.measured.values >= 4 * self.coil_count
        source = self.measured if enough else self.tails
        return source.covariance()

    def _make(self, fids: list[Coils]) -> None:
        """Weights and eddy phase from the waters, else from metabolite transients."""
        if self.coil_count == 1:
            self.weights = np.ones(1, complex)
        else:
            self._make_weights(self.waters or fids)
        if self.waters and self.correct_eddy:
            water = _mean_in_phase([self._combine(w) for w in self.waters])
            self.turn = eddy.turn_of(
                eddy.eddy_phase(water, self.axis.dwell_time_s, self.axis.points)
            )

    def _make_weights(self, reference: list[Coils]) -> None:
        psi = self.noise_covariance
        early = max(64, self.axis.points // EARLY)
        stack = np.concatenate([fid[:, :early] for fid in reference], axis=1)
        s = coils.sensitivities(stack, psi)
        alive = coils.live_coils(stack)
        if not self.combine_coils:
            # One coil alone, the one of the highest SNR: nothing is combined.
            power = np.abs(s) ** 2 / np.maximum(np.diag(psi).real, 1e-300)
            self.sensitivities, self.weights = None, np.eye(s.size)[np.argmax(power)]
            self.weights = self.weights.astype(complex)
            return
        w = coils.gls_weights(s, psi, alive)
        if self.waters:
            s = coils.turned_to_reference(s, w, self.waters[0])
            w = coils.gls_weights(s, psi, alive)
        self.sensitivities, self.weights = s, w

    def _is_combined(self, fid: Coils) -> bool:
        return len(fid) == 1 < self.coil_count

    def _apply(self, fid: Coils) -> Complex:
        if self._is_combined(fid):
            return np.asarray(fid[0], complex)
        x = self._combine(fid)
        return x if self.turn is None else x * self.turn

    def _combine(self, fid: Coils) -> Complex:
        """w^H y; a coil that has died since is left out and the rest re-weighted."""
        if self.weights is None:
            raise InputError("There are no coil weights yet: push a transient first.")
        alive = fid[:, :16].any(axis=1)
        if self.sensitivities is None or bool(np.all(alive | (self.weights == 0))):
            return coils.combine(fid, self.weights)
        alive = coils.live_coils(fid)
        if not alive.any():
            return np.zeros(fid.shape[1], complex)
        return coils.combine(
            fid, coils.gls_weights(self.sensitivities, self.noise_covariance, alive)
        )


def _mean_in_phase(waters: list[Complex]) -> Complex:
    """Mean of water FIDs of possibly different lengths, turned to the first one."""
    points = min(w.size for w in waters)
    first = waters[0][:points]
    turned = [
        w[:points] * np.exp(-1j * np.angle(np.vdot(first, w[:points]))) for w in waters
    ]
    return np.asarray(np.mean(turned, axis=0), complex)
