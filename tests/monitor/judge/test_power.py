"""What a protocol would detect, from its file alone; small."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.judge import power as before
from monitor.protocol.settings import Settings
from monitor.report.power_files import write_foreseen
from streams.errors import InputError


@pytest.fixture(scope="module")
def foreseen() -> before.Foreseen:
    patch = pytest.MonkeyPatch()
    patch.setattr(before, "SNRS", (10.0, 40.0))
    patch.setattr(before, "DRIFTS_HZ_PER_MIN", ())
    found = before.foresee("press_3t_te30", transients=288)
    patch.undo()
    return found


def test_four_times_the_snr_sees_much_less(foreseen: before.Foreseen) -> None:
    low, high = foreseen.precisions
    assert low.stated_percent > 2.5 * high.stated_percent
    assert low.low < low.sigma_percent < low.high


def test_longer_is_better_in_both(foreseen: before.Foreseen) -> None:
    usual = foreseen.usual
    first = foreseen.detectable(usual, 32, 150)
    assert foreseen.detectable(usual, 64, 150) < first
    assert foreseen.detectable(usual, 32, 600) < first
    sigma = usual.sigma_percent
    assert first == pytest.approx(2.8016 * sigma * (1 / 32 + 1 / 150) ** 0.5, rel=1e-3)


def test_page_and_table(foreseen: before.Foreseen, tmp_path: Path) -> None:
    write_foreseen(foreseen, tmp_path)
    with (tmp_path / "detectable.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * len(before.WINDOWS) * len(before.REFERENCES)
    page = (tmp_path / "detectable.html").read_text()
    assert f'data-value="{foreseen.usual.sigma_percent!r}"' in page
    assert foreseen.sentence in page


def test_what_the_target_takes_is_said(foreseen: before.Foreseen) -> None:
    sigma, target = 20.0, foreseen.settings.reference_target_percent
    usual = replace(foreseen.usual, sigma_percent=sigma)
    said = replace(foreseen, precisions=(usual,)).sentence
    assert foreseen.detectable(usual, 128, 300) > target
    assert foreseen.detectable(usual, 256, 300) < target
    assert said.endswith("the protocol asks for take 256 transients (8.5 min).")
    worse = replace(usual, sigma_percent=80.0)
    said = replace(foreseen, precisions=(worse,)).sentence
    assert said.endswith("asks for are not seen with 512 transients.")


def test_a_protocol_that_expects_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="expect_sequence"):
        before.quiet_scenario(Settings(), 10.0, 0.0, 64, 1)
