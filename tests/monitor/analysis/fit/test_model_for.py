"""Which macromolecules and lipids a session is fitted with, and what is said of it."""

from dataclasses import replace

import numpy as np
import pytest

from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.basis.macromolecules import MM_GONE_S, MM_WEAK_S
from monitor.analysis.fit import model_for as module
from monitor.analysis.fit.model_for import model_for, per_proton, unexpected
from monitor.analysis.note import NoteKind
from monitor.protocol.settings import Settings
from streams.messages.transient import Acquisition

MHZ, DWELL_S, POINTS = 123.25, 5e-4, 512
SHORT = Acquisition(MHZ, "1H", DWELL_S, POINTS, 1, 0.03, 2.0, sequence="PRESS")
T = DWELL_S * np.arange(POINTS)


def basis(*names: str, echo_time_s: float = 0.03) -> BasisSet:
    ppm = np.linspace(0.9, 3.9, len(names))
    turns = -2j * np.pi * (ppm - 4.65) * MHZ
    fids = 5.0 * np.exp(np.multiply.outer(turns - 2.0, T))
    return BasisSet(names, fids, DWELL_S, MHZ, "1H", echo_time_s, "PRESS")


def fitted(echo_time_s: float = 0.03, own=(), **settings):
    """Model and notes at an echo time."""
    made = basis("Glu", "Cr", "NAA", *own, echo_time_s=echo_time_s)
    acquisition = replace(SHORT, echo_time_s=echo_time_s)
    return model_for(made, acquisition, Settings(**settings))


@pytest.mark.parametrize(
    ("echo_time_s", "unmeasured", "added"),
    [
        (0.03, True, 1),
        (MM_WEAK_S - 0.001, True, 1),
        (MM_WEAK_S, False, 5),
        (MM_GONE_S - 0.001, False, 5),
        (MM_GONE_S, False, 0),
    ],
)
def test_macromolecules_fade_with_the_echo_time(echo_time_s, unmeasured, added) -> None:
    model, notes = fitted(echo_time_s)
    assert (model.unmeasured is not None) is unmeasured
    assert int(model.macromolecule.sum()) == added
    assert (NoteKind.UNMEASURED in {n.kind for n in notes}) is unmeasured
    assert model.stand_in is (added > 0)


def test_macromolecules_out_of_phase_are_said_where_they_are_fitted(
    monkeypatch,
) -> None:
    monkeypatch.setattr(module, "mm_phase_said", lambda basis: "MM are turned.")
    _, notes = fitted(own=("MM09",))
    assert "MM are turned." in {note.text for note in notes}
    for told in (fitted(), fitted(own=("MM09",), macromolecules="prior")):
        assert "MM are turned." not in {note.text for note in told[1]}


def test_those_of_the_basis_set_come_first_unless_others_are_asked_for() -> None:
    own, _ = fitted(own=("MM09",))
    assert own.names == ("Glu", "Cr", "NAA", "MM09")
    assert own.macromolecule.tolist() == [False, False, False, True]
    assert not own.stand_in
    assert own.unmeasured is None
    prior, _ = fitted(own=("MM09",), macromolecules="prior")
    assert "MM09" not in prior.names
    assert prior.unmeasured is not None
    none, _ = fitted(macromolecules="none")
    assert not none.macromolecule.any()


def said(notes) -> str:
    return " ".join(note.text for note in notes)


def test_components_that_stand_in_say_how_far_they_may_put_a_change_off() -> None:
    strong = said(fitted(0.03, macromolecules="five")[1])
    weak = said(fitted(MM_WEAK_S, macromolecules="five")[1])
    assert "a change may be a seventh off" in strong
    assert "were added (macromolecules = five)." in weak


def test_lipids_are_as_broad_as_macromolecules_and_no_metabolite() -> None:
    model, notes = fitted(lipids=True, macromolecules="none")
    lipids = [n for n, mm in zip(model.names, model.macromolecule, strict=True) if mm]
    assert lipids
    assert not {"Glu", "Cr", "NAA"} & set(lipids)
    assert f"Lipid components were added: {', '.join(lipids)}." in said(notes)


@pytest.mark.parametrize(
    ("names", "proton"), [(("Glu", "Cr"), 1.0), (("NAA",), 5 / 6), (("Glu",), 1.0)]
)
def test_a_proton_is_judged_by_what_everybody_has(names, proton: float) -> None:
    larger = replace(basis(*names), fids=3.0 * basis(*names).fids)
    known = set(names) & {"Cr", "NAA"}
    assert per_proton(basis(*names)) == pytest.approx(proton, rel=0.02)
    assert per_proton(larger) == pytest.approx(
        (3.0 if known else 1.0) * proton, rel=0.02
    )


def test_what_the_protocol_did_not_expect_is_named_with_both_values() -> None:
    settings = Settings(
        name="P", expect_frequency_mhz=MHZ, expect_echo_time_s=0.03,
        expect_repetition_time_s=2.0, expect_sequence="PRESS",
    )  # fmt: skip
    assert unexpected(SHORT, settings) == ()
    (told,) = unexpected(replace(SHORT, echo_time_s=0.068), settings)
    assert told == (
        "Protocol P expects an echo time of 0.03 s, the acquisition has 0.068 s."
    )
    (told,) = unexpected(replace(SHORT, sequence="STEAM"), settings)
    assert told.startswith("Protocol P expects PRESS, this is")
    several = replace(SHORT, spectrometer_frequency_mhz=297.2, repetition_time_s=3.0)
    assert [one.split()[3] for one in unexpected(several, settings)] == ["a", "a"]
    unknown = replace(SHORT, repetition_time_s=None, sequence="")
    assert unexpected(unknown, settings) == ()
    other = replace(settings, expect_nucleus="31P")
    assert unexpected(SHORT, other) == ()  # refused elsewhere, by the basis set


@pytest.mark.parametrize(
    ("sequence", "phantom", "said"),
    [
        ("PRESS", False, True),
        (None, False, True),
        ("MEGA-PRESS", False, False),
        ("PRESS", True, False),
    ],
)
def test_that_creatine_is_missing_is_said_but_of_edited_spectra(
    sequence, phantom, said
) -> None:
    acquisition = replace(SHORT, sequence=sequence)
    _, notes = model_for(basis("Glu", "NAA"), acquisition, Settings(phantom=phantom))
    words = module.LACKS.format(absent="Cr or PCr")
    assert (words in {note.text for note in notes}) is said
