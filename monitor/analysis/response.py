"""Outcomes of a window and their change from the reference period."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one window says.

    Attributes
    ----------
    window : number of the window, from 0
    time_start_s, time_end_s : times of its first and last transient, s
    n_transients : transients in it, whatever their weight
    n_effective : (sum w)^2 / sum w^2 of their weights
    independent : True where it shares no transient with another independent window
    epoch : the epoch that it lies in
    values, sds : amplitude or ratio and its 1 SD by outcome ("Glu", "Glx/tNAA", ...)
    changes_percent, change_sds_percent : change from the reference period and its 1 SD,
        empty while there is no reference period
    shift_hz, phase_rad, fwhm_hz, snr : of the window's average, from its fit
    converged : the fit reached its optimum and every number in it is finite
    """

    window: int
    time_start_s: float
    time_end_s: float
    n_transients: int
    n_effective: float
    independent: bool
    epoch: int
    values: dict[str, float]
    sds: dict[str, float]
    changes_percent: dict[str, float] = field(default_factory=dict)
    change_sds_percent: dict[str, float] = field(default_factory=dict)
    shift_hz: float = 0.0
    phase_rad: float = 0.0
    fwhm_hz: float = 0.0
    snr: float = 0.0
    converged: bool = True

    @property
    def time_s(self) -> float:
        """Middle of the window, s."""
        return 0.5 * (self.time_start_s + self.time_end_s)
