"""Shapes of pulses: symmetrical in time, real in their middle, whole in their turn."""

import numpy as np
import pytest

from streams.spins.pulses import (
    DENSE,
    STEPS,
    PulseDesign,
    _centres,
    _minimum_phase,
    _sech,
    _slr,
)


def test_steps_lie_about_the_middle_of_a_pulse() -> None:
    at = _centres()
    np.testing.assert_allclose(at, -at[::-1], atol=1e-12)
    assert at[0] == pytest.approx(-1 + 1 / STEPS)
    assert np.diff(at) == pytest.approx(2 / STEPS)


def test_an_adiabatic_passage_has_no_phase_in_its_middle() -> None:
    waveform = _sech(PulseDesign("sech", 0.008, 4000.0, 3.0))
    both = waveform[STEPS // 2] * waveform[STEPS // 2 - 1]
    assert np.angle(both) == pytest.approx(0.0, abs=1e-9)
    np.testing.assert_allclose(np.abs(waveform), np.abs(waveform[::-1]))


def test_a_designed_pulse_is_real_in_its_middle() -> None:
    waveform = _slr(PulseDesign("slr", 0.005, 2500.0, 3.0))
    middle = waveform[STEPS // 2]
    assert middle.imag == pytest.approx(0.0, abs=1e-9 * abs(middle))
    assert middle.real > 0


def test_both_polynomials_of_a_pulse_make_one_on_the_circle() -> None:
    tau = np.linspace(-1, 1, 64)
    b = np.sinc(3 * tau) * np.hanning(64)
    b = b * (0.9 / np.abs(np.fft.fft(b, 64 * DENSE)).max())
    a = _minimum_phase(b)
    whole = np.abs(np.fft.fft(a, 512)) ** 2 + np.abs(np.fft.fft(b, 512)) ** 2
    np.testing.assert_allclose(whole, 1.0, atol=2e-3)
    assert np.abs(np.roots(a)).max() < 1.0 + 1e-6
