"""The basis set as a session fits it: on its points, with MM and lipids."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from monitor.analysis.basis import names as naming
from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.basis.check import checked_for
from monitor.analysis.basis.creatine_ch2 import with_creatine_ch2
from monitor.analysis.basis.macromolecules import MM_GONE_S, MM_WEAK_S, components
from monitor.analysis.basis.mm_phase import mm_phase_said
from monitor.analysis.fit.mm_prior import Unmeasured, shapes_on, unmeasured
from monitor.analysis.fit.model import Model
from monitor.analysis.note import Note, NoteKind, notes_of
from monitor.protocol.expectations import expectations
from monitor.protocol.settings import Settings
from streams.messages.scanner_names import described
from streams.messages.transient import Acquisition

PRIOR, MEASURED = "prior", "measured"
STANDS_IN = (
    "The macromolecules are not measured: what is known of the human brain's stands in "
    "(macromolecules = {why}), and intervals of levels are as wide as that leaves them."
)
LACKS = (
    "Warning: the basis set lacks {absent}, which every brain shows: others take "
    "their place, and levels and changes are not to be trusted. Give one that has them."
)
PROTONS = {"Cr": 5.0, "PCr": 5.0, "tCr": 5.0, "NAA": 6.0}
"""Protons in the band, of entries by which the scale of a basis set is judged."""


def model_for(
    basis: BasisSet,
    acquisition: Acquisition,
    settings: Settings,
    measured: BasisSet | None = None,
) -> tuple[Model, tuple[Note, ...]]:
    """Model on the acquisition's grid, and what was noticed or added.

    `measured`: macromolecules that the session measured (`mm_posterior`), which take
    the place of any other.

    Raises
    ------
    InputError : the basis set does not belong to the acquisition, or lacks a metabolite
        that was asked for
    """
    basis, notes = checked_for(chosen(basis, settings), acquisition)
    kind = MEASURED if measured else _kind(basis, acquisition, settings)
    if kind in (PRIOR, MEASURED):
        basis = basis.without(filter(naming.is_macromolecule, basis.names))
    own = any(naming.is_macromolecule(n) for n in basis.names)
    notes += (mm_phase_said(basis),) if own else ()
    basis, added = _with_components(basis, kind, acquisition, settings)
    mm = [naming.is_macromolecule(n) or naming.is_lipid(n) for n in basis.names]
    model = Model(
        basis.names,
        basis.fids,
        np.array(mm, bool),
        acquisition.dwell_time_s,
        acquisition.spectrometer_frequency_mhz,
        settings.ppm_low,
        settings.ppm_high,
        stand_in=not own and any(naming.is_macromolecule(n) for n in basis.names),
    )
    said = notes_of(
        NoteKind.BASIS, notes + added + _lacking(basis, acquisition, settings)
    )
    if measured is not None:
        model = with_shapes(model, per_proton(basis), shapes_on(measured, acquisition))
    elif kind == PRIOR:
        model = with_prior(model, per_proton(basis))
        text = STANDS_IN.format(why=settings.macromolecules)
        return model, (*said, Note(NoteKind.UNMEASURED, text))
    return model, said


def _lacking(
    basis: BasisSet, acquisition: Acquisition, settings: Settings
) -> tuple[str, ...]:
    """That metabolites are missing that every spectrum of a brain shows.

    A sphere need not have them, and edited spectra lose some in the difference.
    """
    absent = naming.absent(("tNAA", "tCr"), basis.names)
    edited = "mega" in (acquisition.sequence or "").lower()
    if not absent or edited or settings.phantom:
        return ()
    return (LACKS.format(absent=", ".join(absent)),)


def with_prior(
    model: Model, proton: float, unknown: frozenset[str] = frozenset()
) -> Model:
    """The model with the macromolecules of the human brain, which nobody measured.

    `proton` is the amplitude of one proton in the basis set; of `unknown` measured
    spectra nothing is known (`mm_resonances.AREAS`).
    """
    prior = unmeasured(
        model.frequency_mhz,
        model.dwell_time_s,
        model.points,
        (model.ppm_low, model.ppm_high),
        unknown,
    )
    return replace(with_shapes(model, proton, prior), stand_in=True)


def with_shapes(model: Model, proton: float, shapes: Unmeasured) -> Model:
    """The model with macromolecules of which not all is known."""
    return replace(
        model,
        names=(*model.names, "MM"),
        fids=np.concatenate([model.fids, proton * shapes.mean[None]]),
        macromolecule=np.append(model.macromolecule, True),
        unmeasured=proton * shapes.directions,
    )


def chosen(basis: BasisSet, settings: Settings) -> BasisSet:
    """The entries that are fitted."""
    if settings.metabolites:
        return basis.subset(settings.metabolites)
    kept = [n for n in basis.names if not naming.is_never_fitted(n)]
    return with_creatine_ch2(basis.subset(kept)).without(settings.omit)


def _kind(basis: BasisSet, acquisition: Acquisition, settings: Settings) -> str:
    """Which macromolecules are added: "none", a kind of components, or the prior."""
    asked = settings.macromolecules
    if asked != PRIOR and any(naming.is_macromolecule(n) for n in basis.names):
        return "none"
    if asked != "auto":
        return asked
    if acquisition.echo_time_s >= MM_GONE_S:
        return "none"
    return PRIOR if acquisition.echo_time_s < MM_WEAK_S else "five"


def _with_components(
    basis: BasisSet, kind: str, acquisition: Acquisition, settings: Settings
) -> tuple[BasisSet, tuple[str, ...]]:
    """Add macromolecules of a kind, and lipids where asked."""
    notes: list[str] = []
    if kind not in ("none", PRIOR, MEASURED):
        basis, names = _extend(basis, kind, acquisition)
        strong = acquisition.echo_time_s < MM_WEAK_S
        notes.append(
            f"The basis set has no macromolecules: {', '.join(names)} were added "
            f"(macromolecules = {settings.macromolecules})"
            + ("; a change may be a seventh off." if strong else ".")
        )
    if settings.lipids:
        basis, names = _extend(basis, "lipids", acquisition)
        notes.append(f"Lipid components were added: {', '.join(names)}.")
    return basis, tuple(notes)


def _extend(
    basis: BasisSet, kind: str, acquisition: Acquisition
) -> tuple[BasisSet, tuple[str, ...]]:
    names, fids = components(
        kind,
        acquisition.spectrometer_frequency_mhz,
        acquisition.dwell_time_s,
        acquisition.points,
    )
    return basis.extended(names, per_proton(basis) * fids), names


def per_proton(basis: BasisSet) -> float:
    """Amplitude of one proton in a basis set, judged by its strongest known entry.

    The components of `macromolecules` are in protons; sets of other makers are not, and
    soft ratio priors need both on one scale.
    """
    found = [
        (name, protons)
        for wanted, protons in PROTONS.items()
        if (name := naming.find(wanted, basis.names)) is not None
    ]
    if not found:
        return 1.0
    name, protons = found[0]
    return float(np.max(np.abs(basis.fid(name)[:8]))) / protons


WHAT = {
    "frequency": ("a spectrometer frequency", "MHz"),
    "echo time": ("an echo time", "s"),
    "repetition time": ("a repetition time", "s"),
}


def unexpected(acquisition: Acquisition, settings: Settings) -> tuple[str, ...]:
    """What of the acquisition is not as the protocol expects, in words."""
    notes = []
    for one in expectations(acquisition, settings):
        if one.met is not False:
            continue
        if one.quantity in WHAT:
            what, unit = WHAT[one.quantity]
            notes.append(
                f"Protocol {settings.name} expects {what} of {one.wanted:g} {unit}, "
                f"the acquisition has {one.actual:g} {unit}."
            )
        elif one.quantity == "sequence":
            notes.append(
                f"Protocol {settings.name} expects {one.wanted}, this is "
                f"{described(str(one.actual))}."
            )
    return tuple(notes)
