"""One table of names: kinds of sequence, counters, references; a site's own beside."""

import tomllib
from pathlib import Path

import pytest

from streams.errors import InputError
from streams.messages import scanner_names
from streams.messages.scanner_names import (
    are_alike,
    described,
    is_noise_name,
    is_water_name,
    kind_of,
    phase_cycle_steps,
    says_unsuppressed,
    transient_counters,
    water_counter,
)


@pytest.fixture(autouse=True)
def no_site(monkeypatch, tmp_path):
    monkeypatch.setenv(scanner_names.SITE_FILE, str(tmp_path / "none.toml"))


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("PRESS", "svs_se *svs_se %SiemensSeq%\\svs_se eja_svs_press PROBE-P press"),
        ("STEAM", "svs_st eja_svs_steam PROBE-S uzay_steam_gui STEAM"),
        (
            "sLASER",
            "svs_slaser svs_slaser_dkd2 dkd_svs_slaser eja_svs_slaser PROBE-sL oslaser "
            "semi-LASER sLASER svs_slaserVOI_dkd",
        ),
        ("MEGA-PRESS", "svs_edit eja_svs_mpress MEGA-PRESS gaba svs_edit_859g"),
        ("MEGA-sLASER", "eja_svs_mslaser dkd_svs_mslaser_msg"),
        ("HERMES", "smm_svs_herc_hyper hermes"),
        ("", "svs_prs gre ep2d_bold x"),
    ],
)
def test_kinds_of_sequences(kind, names):
    assert {name: kind_of(name) for name in names.split()} == dict.fromkeys(
        names.split(), kind
    )


def test_names_are_said_with_their_kind_or_the_nearest_known_one():
    assert described("*svs_se") == "*svs_se (PRESS)"
    assert described("sLASER") == "sLASER"
    assert described("") == "an unnamed sequence"
    assert described("svs_prs").endswith(
        "not known here, the nearest is svs_press, PRESS)"
    )
    assert described("zzzqqq") == "zzzqqq (a name that is not known here)"


def test_alike_by_kind_and_else_by_name():
    assert are_alike("PRESS", "*svs_se")
    assert are_alike("sLASER", "PROBE-sL")
    assert not are_alike("PRESS", "svs_st")
    assert not are_alike("PRESS", "MEGA-PRESS")
    assert are_alike("our_new_thing", "our_new_thing_v2")
    assert not are_alike("PRESS", "e")


def test_counters_references_and_cycles():
    assert transient_counters("svs_se") == ("Ave", "Rep")
    assert transient_counters("eja_svs_slaser") == ("Ave", "Rep", "Set")
    assert water_counter("%SiemensSeq%\\svs_se") == "Phs"
    assert water_counter("svs_slaser_dkd2") == scanner_names.REFERENCE_SCANS
    assert water_counter("eja_svs_press") == ""
    assert (phase_cycle_steps("siemens", 4), phase_cycle_steps("siemens", 2)) == (
        2,
        None,
    )
    assert says_unsuppressed("WATER_SUPPRESSION_RF_OFF")
    assert not says_unsuppressed("WATER_SATURATION")


def test_names_of_files():
    waters = (
        "a_ref.SDAT x_w.rda wref.nii sub-1_mrsref.nii.gz water.dat m-unsuppressed.7"
    )
    assert all(is_water_name(name) for name in waters.split())
    others = "a_act.SDAT reference_session.mcap referral.dat waterfall.nii refine.dat"
    assert not any(is_water_name(name) for name in others.split())
    assert is_noise_name("x_noise.nii.gz")


def test_a_site_adds_its_own(monkeypatch, tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(
        '[sequences.PRESS]\nours = ["geneva_*"]\n[sequences.FID-MRS]\nx = ["fidmrs"]\n'
        '[water.of_sequence]\n"geneva_*" = "Phs"\n[files]\nwater = ["eau"]\n'
    )
    monkeypatch.setenv(scanner_names.SITE_FILE, str(own))
    assert kind_of("geneva_v3") == "PRESS"
    assert kind_of("svs_se") == "PRESS"
    assert kind_of("fidmrs") == "FID-MRS"
    assert water_counter("geneva_v3") == "Phs"
    assert is_water_name("sub_eau.rda")
    assert is_water_name("sub_wref.rda")


@pytest.mark.parametrize(
    "text",
    [
        "[sequence.PRESS]\nx = []",
        "[files]\nwater = 3",
        "no toml",
        "[sequences]\nPRESS = 1",
    ],
)
def test_what_cannot_be_in_a_sites_names_is_said(monkeypatch, tmp_path, text):
    own = tmp_path / "own.toml"
    own.write_text(text)
    monkeypatch.setenv(scanner_names.SITE_FILE, str(own))
    with pytest.raises(InputError, match=r"own\.toml"):
        kind_of("svs_se")


def test_no_name_is_of_two_kinds():
    table = tomllib.loads(Path(scanner_names.BUNDLED).read_text(encoding="utf-8"))
    for kind, vendors in table["sequences"].items():
        for name in (n for v in vendors.values() for n in v):
            assert kind_of(name.replace("*", "x")) == kind
