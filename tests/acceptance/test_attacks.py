"""The attacks of `attacks.py`, a few of each; and that they notice harm."""

import random
import sys
from collections import Counter

import pytest

sys.path.append(__file__.rpartition("/")[0])
import attacks

pytestmark = [
    pytest.mark.timeout(1800),
    pytest.mark.skipif(sys.platform != "linux", reason="reads another's memory"),
]
HARM = ("lost", "silent", "altered", "leaked")


def harm(attack, tries, seed, home):
    counts = Counter()
    attack(home, tries, random.Random(seed), counts)
    return {what: counts[what] for what in HARM if counts[what]}


@pytest.mark.parametrize("attack", [attacks.flips, attacks.cuts])
def test_on_recordings(tmp_path, attack):
    assert harm(attack, 10, 3, tmp_path) == {}


def test_a_recovery_that_alters_is_noticed(tmp_path, monkeypatch):
    wrong = dict.fromkeys(attacks.original(), b"otherwise")
    monkeypatch.setattr(attacks, "original", lambda: wrong)
    assert harm(attacks.flips, 1, 3, tmp_path)["altered"] > 90


def test_a_recovery_that_loses_is_noticed(tmp_path, monkeypatch):
    more = attacks.original() | {200: b"never recovered", 201: b"neither"}
    monkeypatch.setattr(attacks, "original", lambda: more)
    assert harm(attacks.flips, 1, 3, tmp_path)["lost"] > 0


def test_damage_that_verify_calls_whole_is_noticed(tmp_path, monkeypatch):
    verify = attacks.verify
    monkeypatch.setattr(attacks, "verify", lambda _: verify(attacks.SHORT))
    assert harm(attacks.flips, 3, 3, tmp_path)["silent"] > 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("attack", "tries"),
    [
        (attacks.flips, 300), (attacks.cuts, 300), (attacks.requests, 30),
        (attacks.hungry, 50), (attacks.keys, 5), (attacks.headers, 100),
        (attacks.times, 100),
    ],
)  # fmt: skip
def test_on_a_relay(tmp_path, attack, tries):
    assert harm(attack, tries, 4, tmp_path) == {}
