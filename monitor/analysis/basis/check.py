"""Is a basis set for this acquisition?  Mended, noted or refused, and resampled."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from monitor.analysis.basis import names as naming
from monitor.analysis.basis.basis_set import NOTE, BasisSet
from monitor.analysis.basis.entries import notes_on_entries
from monitor.analysis.basis.lines import frequency_stretch, offset_ppm
from monitor.analysis.signal.acquisition import check_acquisition
from streams.errors import InputError
from streams.messages.scanner_names import are_alike, described
from streams.messages.transient import Acquisition

STRETCH_TOLERANCE = 0.004
STRETCH_LIMIT = 0.05
DWELL_TOLERANCE = 0.02
FREQUENCY_NOTE = 0.01
FREQUENCY_LIMIT = 0.05
OFFSET_NOTE_PPM = 0.002
ECHO_TIME_NOTE_S = 0.5e-3


def checked_for(
    basis: BasisSet, acquisition: Acquisition
) -> tuple[BasisSet, tuple[str, ...]]:
    """Return the set on the acquisition's points, and what was noticed, in words.

    Corrected (and noted): a wrong dwell time in the file, lines that sit off their
    place, a spectrometer frequency off by less than 5 %.

    Raises
    ------
    InputError : another nucleus, a spectrometer frequency off by more than 5 %, no
        glutamate, two entries that are one, lines that are broad, too short a FID
    """
    check_acquisition(acquisition)
    said = basis.provenance.get(NOTE)
    notes = [f"Basis set {basis.source}: {said}"] if said else []
    _check_nucleus(basis, acquisition)
    _check_glutamate(basis)
    notes += notes_on_entries(basis)
    notes += _frequency_notes(basis, acquisition)
    basis, stretch_notes = _unstretch(basis, acquisition)
    basis, offset_notes = _recentre(basis)
    notes += stretch_notes + offset_notes + _sequence_notes(basis, acquisition)
    notes += _length_notes(basis, acquisition)
    basis = basis.resampled(
        acquisition.dwell_time_s,
        acquisition.points,
        acquisition.spectrometer_frequency_mhz,
    )
    return basis, tuple(notes)


def check_distance(basis: BasisSet) -> None:
    """Refuse a set whose NAA and creatine are far from their distance.

    Raises
    ------
    InputError : by more than 5 %: names, dwell time or frequency are wrong
    """
    stretch = frequency_stretch(basis)
    if stretch is None or abs(stretch - 1) <= STRETCH_LIMIT:
        return
    side = "far apart" if stretch > 1 else "near each other"
    raise InputError(
        f"Basis set {basis.source}: NAA and creatine lie "
        f"{100 * abs(stretch - 1):.0f} % too {side}, so that names of entries, dwell "
        "time or frequency are wrong: correct the file."
    )


def _check_nucleus(basis: BasisSet, acquisition: Acquisition) -> None:
    if basis.nucleus != acquisition.nucleus:
        raise InputError(
            f"Basis set {basis.source} is for {basis.nucleus}, the acquisition is "
            f"{acquisition.nucleus}: give a basis set of that nucleus."
        )


def _check_glutamate(basis: BasisSet) -> None:
    if naming.find("Glu", basis.names) is None:
        raise InputError(
            f"Basis set {basis.source} has no Glu (it has {', '.join(basis.names)}): "
            "give one with glutamate."
        )


def _frequency_notes(basis: BasisSet, acquisition: Acquisition) -> list[str]:
    """Note a frequency off by more than 1 %, refuse one off by more than 5 %."""
    have, need = (
        basis.spectrometer_frequency_mhz,
        acquisition.spectrometer_frequency_mhz,
    )
    off = abs(have / need - 1)
    if off > FREQUENCY_LIMIT:
        raise InputError(
            f"Basis set {basis.source} is for {have:.2f} MHz, the acquisition is at "
            f"{need:.2f} MHz: give a basis set of that field strength."
        )
    if off <= FREQUENCY_NOTE:
        return []
    return [
        f"Warning: the basis set is for {have:.2f} MHz, the acquisition is at "
        f"{need:.2f} MHz ({100 * off:.1f} % off); its lines were put at the right ppm, "
        "couplings are that much off."
    ]


def _unstretch(basis: BasisSet, acquisition: Acquisition) -> tuple[BasisSet, list[str]]:
    """Put the acquisition's dwell time where the file's is wrong and this mends it."""
    before = frequency_stretch(basis)
    if before is None or abs(before - 1) <= STRETCH_TOLERANCE:
        return basis, []
    percent = 100 * (before - 1)
    mended = replace(basis, dwell_time_s=acquisition.dwell_time_s)
    near = abs(basis.dwell_time_s / acquisition.dwell_time_s - 1) <= DWELL_TOLERANCE
    after = frequency_stretch(mended) if near else None
    if after is not None and abs(after - 1) < abs(before - 1) / 2:
        return mended, [
            f"The basis set's frequency axis was stretched by {percent:.1f} %: its "
            f"dwell time {1e6 * basis.dwell_time_s:.1f} us was replaced by the "
            f"acquisition's {1e6 * acquisition.dwell_time_s:.1f} us."
        ]
    return basis, [
        f"Warning: the basis set's frequency axis is {percent:+.1f} % off (NAA to "
        "creatine); its dwell time or frequency is wrong."
    ]


def _recentre(basis: BasisSet) -> tuple[BasisSet, list[str]]:
    """Move the lines to their place where NAA and creatine are off."""
    offset = offset_ppm(basis)
    if offset is None or abs(offset) <= OFFSET_NOTE_PPM:
        return basis, []
    side = "high" if offset > 0 else "low"
    return basis.moved_ppm(-offset), [
        f"The basis set's lines sat {abs(offset):.3f} ppm {side} (NAA, creatine); they "
        "were moved to their place."
    ]


def _sequence_notes(basis: BasisSet, acquisition: Acquisition) -> list[str]:
    """Note another echo time or another kind of sequence."""
    notes = []
    te = basis.echo_time_s
    if te is not None and abs(te - acquisition.echo_time_s) > ECHO_TIME_NOTE_S:
        notes.append(
            f"Warning: the basis set is for TE {1e3 * te:g} ms, the acquisition has "
            f"{1e3 * acquisition.echo_time_s:g} ms."
        )
    have, need = basis.sequence, acquisition.sequence
    if have and need and not are_alike(have, need):
        notes.append(
            f"Warning: the basis set is for {described(have)}, the acquisition is "
            f"{described(need)}."
        )
    return notes


def _length_notes(basis: BasisSet, acquisition: Acquisition) -> list[str]:
    """Note FIDs that end, undamped, before the acquisition does."""
    have = basis.points * basis.dwell_time_s
    need = acquisition.points * acquisition.dwell_time_s
    level = np.abs(basis.fids[:, -8:]).max() / max(np.abs(basis.fids).max(), 1e-300)
    if have >= 0.9 * need or level < 0.01:
        return []
    return [
        f"The basis set's FIDs end after {have:.2f} s, the acquisition lasts "
        f"{need:.2f} s; zeros were put after them."
    ]
