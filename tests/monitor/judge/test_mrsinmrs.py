"""The MRSinMRS table: what is known, from where, and what is not."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.judge.followed_session import follow
from monitor.judge.mrsinmrs import mrsinmrs
from monitor.judge.session import JudgedSession
from monitor.judge.session_figures import missing_percent
from monitor.protocol.choose import Wishes
from monitor.protocol.read_protocol import bundled_protocols
from monitor.protocol.site_rules import mrsinmrs_texts
from monitor.report.page import session_page
from monitor.report.wording import count_rows
from streams.errors import InputError


def test_what_nobody_said_is_marked_missing(
    judged: JudgedSession, no_figures: None
) -> None:
    fields = judged.report["mrsinmrs"]
    missing = {f["title"] for f in fields if not f["value"]}
    assert {"Site", "Location of the volume", "Shim method, reference peak"} <= missing
    assert "Pulse sequence" not in missing
    page = session_page(judged)
    assert page.count(">MISSING<") == sum(not f["value"] for f in fields)


def test_a_protocol_fills_in_what_no_stream_says(
    infusion_short: Path, tmp_path: Path
) -> None:
    path = tmp_path / "site.toml"
    whole = bundled_protocols()["press_3t_te30"].read_text(encoding="utf-8")
    path.write_text(f'{whole}\n[mrsinmrs]\nsite = "Ward 3"\ncoil = "birdcage"\n')
    said = mrsinmrs_texts(str(path))
    followed = follow(infusion_short, Wishes(protocol=str(path)))
    fields = {f.title: f for f in mrsinmrs(followed, 8.0, 50.0, said)}
    assert (fields["Site"].value, fields["Site"].origin) == ("Ward 3", "protocol")
    assert fields["RF coil"].value == "2 receive channels, birdcage"
    assert fields["Location of the volume"].value == ""
    path.write_text(f'{whole}\n[mrsinmrs]\nsubject = "a name"\n')
    with pytest.raises(InputError, match=r"\[mrsinmrs\] knows site, .* not subject"):
        mrsinmrs_texts(str(path))


def test_a_combined_file_claims_no_coil_combination(
    judged: JudgedSession, infusion_short: Path
) -> None:
    """Neither channels that were not seen nor gaps that could not be."""
    fields = {f["title"]: f["value"] for f in judged.report["mrsinmrs"]}
    assert fields["RF coil"] == "2 receive channels"
    assert fields["Processing"].startswith("coil combination, ")
    followed = follow(infusion_short, Wishes())
    result = followed.result
    assert result.acquisition is not None
    combined = replace(
        result,
        acquisition=replace(result.acquisition, coils=1),
        counts=replace(result.counts, missing=None, doubled=None),
    )
    followed = replace(followed, result=combined)
    fields = {f.title: f.value for f in mrsinmrs(followed, 8.0, 50.0, {})}
    assert "combined before it was written" in fields["RF coil"]
    assert "coil combination" not in fields["Processing"]
    assert math.isnan(missing_percent(combined))
    rows = dict(count_rows({"counts": {"missing": None}, "periods": {"markers": []}}))
    assert rows["missing, by the scanner's counter"] == "not seen in such a file"


def test_exclusions_are_counted(judged: JudgedSession) -> None:
    (field,) = [f for f in judged.report["mrsinmrs"] if f["item"] == "4b"]
    counts = judged.report["counts"]
    assert (
        f"of {counts['transients']} {counts['excluded']} are excluded"
        in (field["value"])
    )
    assert counts["excluded"] + counts["down_weighted"] == sum(
        w < 0.5 for w in judged.drawn.columns["weight"]
    )


def test_macromolecules_of_the_session_are_no_prior(infusion_short: Path) -> None:
    followed = follow(infusion_short, Wishes(protocol="press_3t_te30"))
    used = replace(followed.result, measured_mm_used=True)
    said = {
        one.result.measured_mm_used: next(
            f.value for f in mrsinmrs(one, 8.0, 50.0, {}) if f.title == "Fitting model"
        )
        for one in (followed, replace(followed, result=used))
    }
    assert "pedestal (prior)." in said[False]
    assert "macromolecules: measured in this session." in said[True]
