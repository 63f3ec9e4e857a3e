"""A value in a protocol file that cannot be is one sentence."""

import math
from dataclasses import fields
from pathlib import Path

import pytest

from monitor.protocol import settings
from monitor.protocol.read_protocol import bundled_protocols, read_protocol
from monitor.protocol.settings import Rule, Settings
from streams.errors import InputError


def ruled(rule: Rule) -> tuple[str, ...]:
    return tuple(f.name for f in fields(Settings) if f.metadata.get("rule") is rule)


NOT_NEGATIVE, SHARES = ruled(settings.NOT_NEGATIVE), ruled(settings.SHARE)
ABOVE_ZERO, RANGES = ruled(settings.ABOVE_ZERO), ruled(settings.RANGE)
WRONG = {
    **{f"{name} = -3": "must not be negative" for name in NOT_NEGATIVE},
    **{f"{name} = -1": "must be between 0 and 100" for name in SHARES},
    **{f"{name} = 101": "must be between 0 and 100" for name in SHARES},
    **{f"{name} = 0": "must be a number above 0" for name in ABOVE_ZERO},
    "expect_echo_time_s = [0.03, 0.04]": "must be a number above 0",
    "dose_mg_per_kg = inf": "must be a number above 0",
    "dose_mg_per_kg = true": "must be a number above 0",
    **{f"{name} = [600, 0]": r"must be \[start, end\] in s" for name in RANGES},
    **{f"{name} = 600": r"must be \[start, end\] in s" for name in RANGES},
    'reference_s = [0, "x"]': r"must be \[start, end\] in s",
    "infusion_s = [0, 1, 2]": r"must be \[start, end\] in s",
    "window = 0": "at least 1 transient",
    "step = 0": "at least 1 transient",
    "ppm_low = 4.2": "must be below ppm_high",
    "ppm_low = 2.01": "must hold 2 to 3 ppm, where NAA, glutamate and creatine are",
    "ppm_low = 1.9\nppm_high = 2.95": "and ppm_high = 2.95 must hold 2 to 3 ppm",
    'macromolecules = "six"': "must be",
}


@pytest.mark.parametrize("line", WRONG)
def test_is_one_sentence(line: str, tmp_path: Path):
    path = tmp_path / "mine.toml"
    path.write_text(line + "\n")
    with pytest.raises(InputError) as raised:
        read_protocol(str(path))
    raised.match(rf"^protocol mine: {line.split()[0]} .*{WRONG[line]}.*\.$")


def test_every_rule_is_that_of_some_field():
    kinds = (NOT_NEGATIVE, SHARES, ABOVE_ZERO, RANGES)
    assert [len(names) for names in kinds] == [7, 2, 7, 2]


def test_no_limit_is_a_limit(tmp_path: Path):
    path = tmp_path / "mine.toml"
    limits = (*NOT_NEGATIVE[1:], *SHARES)
    path.write_text("\n".join(f"{name} = nan" for name in limits))
    assert math.isnan(read_protocol(str(path)).snr_limit)


def test_what_ships_is_right():
    assert all(read_protocol(name).window for name in bundled_protocols())
    assert Settings(snr_limit=0.0, settling=0, effective_limit_percent=100.0).window
