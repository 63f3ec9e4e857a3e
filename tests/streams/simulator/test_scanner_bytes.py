"""Same seed, same bytes, in whatever order transients are made."""

import hashlib
import tracemalloc
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from scanner_small import plain, series, transients

from streams.messages.transient import Kind, Transient
from streams.simulator.scanner import prepare, scan, scan_session, transient
from streams.simulator.scenario_file import read_scenario


def fingerprint(scenario, bodies=60):
    digest = hashlib.sha256()
    for body in islice(scan(scenario), bodies):
        if isinstance(body, Transient):
            digest.update(f"{body.count} {body.time_s} {body.kind}".encode())
            digest.update(body.fid.tobytes())
        else:
            digest.update(repr(body).encode())
    return digest.hexdigest()


@pytest.mark.parametrize("name", ["infusion", "failing-scanner"])
def test_same_seed_same_bytes(name):
    assert fingerprint(read_scenario(name)) == fingerprint(read_scenario(name))


def test_other_seed_other_bytes():
    scenario = read_scenario("infusion")
    assert fingerprint(scenario) != fingerprint(replace(scenario, seed=1))


def test_order_of_generation_does_not_matter():
    session = prepare(read_scenario("restless"))
    in_order = transients(islice(scan_session(session), 40))
    for there in reversed(in_order):
        again = transient(session, there.count)
        assert again.fid.tobytes() == there.fid.tobytes()


def test_a_switch_leaves_the_noise_of_the_others_alone():
    whole = read_scenario("infusion")
    for artefact in ("drift", "motion", "residual_water", "wander"):
        kept, bare = prepare(whole), prepare(whole.without(artefact))
        ours, theirs = transient(kept, 0), transient(bare, 0)
        assert ours.kind is Kind.NOISE
        np.testing.assert_array_equal(ours.fid, theirs.fid)


def test_transients_are_what_a_source_yields():
    for body in transients(scan(plain(coils=5))):
        assert body.fid.shape == (5, 512)
        assert body.fid.dtype == np.complex64
        assert body.fid.flags.c_contiguous
        assert not body.fid.flags.writeable
        assert np.isfinite(body.fid.view(np.float32)).all()


def test_nothing_is_held_but_one_transient():
    """The peak of memory does not grow with the length of the session."""

    def peak(n):
        scenario = replace(plain(coils=8), series=(series(transients=n),))
        session = prepare(scenario)
        tracemalloc.start()
        for _ in scan_session(session):
            pass
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    one = 8 * 512 * 8
    assert peak(400) - peak(40) < 4 * one
