"""An offline aligner to compare with: iterative spectral registration, two passes.

After Near et al. (Magn Reson Med 2015, 73:44), as offline tools do it: the target is
the mean of all transients, the later ones included; each transient is moved so that the
first 200 ms of its FID, filtered to 1.8-3.5 ppm, lie nearest to the target's in the
least-squares sense; then once more against the new mean.  A coarse search over 40 Hz
comes first.  It shares no code with `monitor.analysis.preparation.registration`.
"""

import numpy as np
from scipy.optimize import least_squares

BAND_PPM = (1.8, 3.5)
LAST_S = 0.2


def aligned_offline(
    fids: np.ndarray, dwell_time_s: float, frequency_mhz: float, passes: int = 2
) -> np.ndarray:
    """Aligned FIDs (transients, points) of FIDs (transients, points)."""
    points = fids.shape[1]
    t = np.arange(points) * dwell_time_s
    ppm = 4.65 + np.fft.fftfreq(points, dwell_time_s) / frequency_mhz
    use = t < LAST_S

    def filtered(x: np.ndarray) -> np.ndarray:
        lines = np.fft.ifft(x)
        lines[(ppm < BAND_PPM[0]) | (ppm > BAND_PPM[1])] = 0
        return np.fft.fft(lines)

    def moved(fid: np.ndarray, shift_hz: float, phase_rad: float) -> np.ndarray:
        return fid * np.exp(1j * (2 * np.pi * shift_hz * t + phase_rad))

    def coarse(fid: np.ndarray, target: np.ndarray) -> np.ndarray:
        trials = np.arange(-20.0, 20.1, 2.0)
        overlaps = [np.vdot(target, filtered(moved(fid, f, 0.0))[use]) for f in trials]
        best = int(np.argmax(np.abs(overlaps)))
        return np.array([trials[best], -np.angle(overlaps[best])])

    def fine(fid: np.ndarray, target: np.ndarray, start: np.ndarray) -> np.ndarray:
        def rest(p: np.ndarray) -> np.ndarray:
            d = filtered(moved(fid, *p))[use] - target
            return np.concatenate([d.real, d.imag])

        return least_squares(rest, start, x_scale=[0.1, 0.05], xtol=1e-5).x

    target = filtered(fids[: max(8, len(fids) // 8)].mean(axis=0))[use]
    places = np.array([coarse(fid, target) for fid in fids])
    for _ in range(passes + 1):
        places = np.array(
            [fine(f, target, p) for f, p in zip(fids, places, strict=True)]
        )
        aligned = np.array([moved(f, *p) for f, p in zip(fids, places, strict=True)])
        target = filtered(aligned.mean(axis=0))[use]
    return aligned
