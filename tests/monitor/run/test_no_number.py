"""No change is given of what has no level: not fitted, or not in the spectrum."""

from collections.abc import Iterator

import numpy as np
import pytest

from monitor.basis.files import load_basis
from monitor.protocol.choose import Wishes
from monitor.run.analyse import push_all
from monitor.run.remarks import change_at_the_end, remarks
from monitor.run.result import Result
from monitor.run.session_run import SessionRun
from streams.messages.transient import (
    Acquisition,
    Body,
    End,
    Event,
    Kind,
    Start,
    Transient,
    number,
)

BASIS, POINTS, DWELL_S, COUNT = "virtual_press_3t_te30", 1024, 5e-4, 48
BRAIN = {
    "Cr": 4.5, "PCr": 4.0, "Gln": 2.5, "Glu": 9.5, "GPC": 1.0, "PCh": 0.5, "mI": 6.0,
    "NAA": 11.0, "NAAG": 1.5, "GSH": 1.5, "MM": 10.0,
}  # fmt: skip
NOISE = 25.0


def bodies(*absent: str) -> Iterator[Body]:
    """A session in which nothing changes, of a brain without some metabolites."""
    basis = load_basis(BASIS).resampled(DWELL_S, POINTS)
    t = np.arange(POINTS) * DWELL_S
    line = np.exp(-np.pi * 4 * t - (np.pi * 4 * t) ** 2 / (4 * np.log(2)))
    there = [BRAIN.get(n, 0.0) * (n not in absent) for n in basis.names]
    clean, rng = (np.array(there) @ basis.fids) * line, np.random.default_rng(3)
    mhz = basis.spectrometer_frequency_mhz
    yield Start(
        Acquisition(mhz, "1H", DWELL_S, POINTS, 1, 0.03, 3.0, sequence="PRESS"), "made"
    )
    for i in range(COUNT):
        if i == COUNT // 2:
            yield Event(3.0 * i - 1, "infusion_start", author="test")
        noise = rng.standard_normal((2, POINTS)) * NOISE
        fid = (clean + noise[0] + 1j * noise[1]).astype(np.complex64)
        yield Transient(i, 3.0 * i, Kind.METABOLITE, fid[np.newaxis])
    yield End(COUNT, "complete")


def analysed(*absent: str, **changes) -> Result:
    wishes = Wishes(basis=BASIS, changes={"window": 12, "step": 12, **changes})
    run = SessionRun(wishes, live=False)
    push_all(run, number(bodies(*absent)))
    return run.finish()[1]


def told(result: Result) -> str:
    return " ".join(note.text for note in remarks(result))


def changes_of(result: Result, outcome: str) -> list[float]:
    return [e.changes_percent.get(outcome, np.nan) for e in result.estimates]


def test_a_denominator_that_is_not_in_the_spectrum_gives_no_change() -> None:
    result = analysed("NAA", "NAAG")
    assert change_at_the_end(result) == ""
    assert "No change of Glx/tNAA is given" in told(result)
    assert np.isnan(changes_of(result, "Glx/tNAA")).all()
    assert np.isfinite(changes_of(result, "Glu/tCr")).all()
    assert "Glx/tNAA" not in result.answers
    assert "Glu/tCr" in result.answers


def test_what_is_there_has_a_change() -> None:
    result = analysed()
    assert change_at_the_end(result).startswith("Glx/tNAA at the end (by the tracker)")
    assert np.isfinite(changes_of(result, "Glx/tNAA")).all()


@pytest.mark.parametrize("lacking", [("Cr", "PCr"), ("NAA", "NAAG")])
def test_a_basis_set_without_what_the_spectrum_shows_gives_no_change(lacking) -> None:
    kept = tuple(n for n in load_basis(BASIS).names if n not in (*lacking, "-CrCH2"))
    result = analysed(metabolites=kept, outcome="Glu/Gln")
    assert change_at_the_end(result) == ""
    assert f"The spectrum shows {' or '.join(lacking)}, which the basis" in told(result)
    assert not any(e.converged for e in result.estimates)
    assert not result.tracks
    assert not result.answers


def test_a_basis_set_may_lack_what_the_spectrum_lacks() -> None:
    kept = tuple(n for n in load_basis(BASIS).names if n not in ("Cr", "PCr", "-CrCH2"))
    result = analysed("Cr", "PCr", metabolites=kept)
    assert "at the end (by the tracker)" in change_at_the_end(result)
