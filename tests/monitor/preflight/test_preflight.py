"""Everything that may be wrong before the subject lies down is said, with a remedy."""

import socket
from dataclasses import replace

import numpy as np
import pytest
from free_ports import free_endpoint
from typer.testing import CliRunner

from monitor.cli import app
from monitor.preflight import machine, stream
from monitor.preflight.arrived import collect
from monitor.preflight.machine import CheckState
from monitor.protocol.read_protocol import read_protocol
from streams.export.nifti_mrs import write_session
from streams.messages.keys import Role, new_client_keys, new_server_keys
from streams.messages.transient import (
    Acquisition,
    End,
    Event,
    Kind,
    Start,
    Transient,
    number,
)

ACQUISITION = Acquisition(
    123.25, "1H", 5e-4, 1024, 2, 0.03, repetition_time_s=2.0, sequence="PRESS"
)
SETTINGS = read_protocol("press_3t_te30")


def phantom(count=16, change=lambda n, fid: fid, step_s=2.0, **acquisition):
    """A phantom with lines at 2.0, 3.0 and 3.2 ppm."""
    rng = np.random.default_rng(3)
    t = np.arange(1024) * 5e-4
    lines = sum(
        height * np.exp(-2j * np.pi * (ppm - 4.65) * 123.25 * t - 12 * t)
        for ppm, height in ((2.01, 1.5), (3.03, 1.0), (3.22, 1.0))
    )
    yield Start(replace(ACQUISITION, **acquisition), "phantom")
    for n in range(count):
        noise = rng.normal(size=(2, 1024, 2)) * 0.03
        fid = np.array([[1.0], [0.5j]]) * lines + noise[..., 0] + 1j * noise[..., 1]
        fid = change(n, fid.astype(np.complex64)).astype(np.complex64)
        yield Transient(n, step_s * n, Kind.METABOLITE, fid)
    yield End(count, "finished")


def found(bodies, settings=SETTINGS, wanted=16):
    arrived = collect(bodies, wanted)
    return {check.name: check for check in stream.checks(arrived, settings, wanted)}


def test_a_good_phantom_has_nothing_wrong():
    checks = found(phantom())
    assert {c.state for c in checks.values()} == {CheckState.OK}
    assert "strongest at 2.0" in checks["line"].text
    assert "all 2" in checks["coils"].text


@pytest.mark.parametrize(
    ("ti_s", "state", "words"),
    [
        (0.67, CheckState.OK, "leaves 79 % of macromolecules"),
        (0.3, CheckState.LOOK, "-37 % of metabolites"),
        (2.0, CheckState.LOOK, "of metabolites"),
    ],
)
def test_an_inversion_is_said_to_null_metabolites_or_not(ti_s, state, words):
    check = found(phantom(inversion_time_s=ti_s))["inversion"]
    assert check.state is state
    assert words in check.text
    assert (check.remedy == "") == (state is CheckState.OK)
    assert "near 659 ms" in check.remedy or state is CheckState.OK


def dead(_, fid):
    return fid * np.array([[1], [0]])


def conjugated(_, fid):
    return fid.conj()


def flat(_, fid):
    return np.exp(1j * np.arange(fid.size)).reshape(fid.shape)


@pytest.mark.parametrize(
    ("bodies", "name", "text"),
    [
        (phantom(echo_time_s=0.035), "echo time", "35 ms, the protocol expects 30 ms"),
        (phantom(repetition_time_s=1.5), "TR", "1500 ms"),
        (phantom(spectrometer_frequency_mhz=297.2), "frequency", "297.2 MHz"),
        (phantom(nucleus="31P"), "nucleus", "31P"),
        (phantom(step_s=5.0), "times", "every 5.000 s"),
        (phantom(change=dead), "coils", "1 of 2 give nothing: 2"),
        (phantom(change=conjugated), "conjugation", "CONTRADICTED"),
        (phantom(change=flat), "FID", "1/1.0"),
        (phantom(spectrometer_frequency_mhz=300.0), "basis set", "300.00 MHz"),
        (phantom(count=0), "stream", "no metabolite transient"),
    ],
)
def test_what_is_wrong_is_said(bodies, name, text):
    check = found(bodies)[name]
    assert check.state is CheckState.WRONG
    assert text in check.line


def test_gaps_and_troubles_on_the_way():
    lost = (b for b in phantom() if not (isinstance(b, Transient) and b.count == 5))
    assert "1 are missing among 15" in found(lost)["transients"].text
    noted = [Event(0.0, "series_refused", "no echo time"), *phantom()]
    assert "series_refused: no echo time" in found(noted)["stream"].text


def test_too_few_are_looked_at_twice():
    assert found(phantom(count=5))["transients"].state is CheckState.LOOK


def test_ports_in_use_are_said():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        scanner = machine.scanner_port(f"127.0.0.1:{port}", "")
        relay = machine.relay_ports(f"tcp://127.0.0.1:{port}")
    assert (scanner.state, relay.state) == (CheckState.WRONG, CheckState.WRONG)
    assert "--listen" in scanner.text
    assert "--bind" in relay.text


def test_keys(tmp_path):
    new_server_keys(tmp_path)
    relay, public = str(tmp_path / "relay.key_secret"), tmp_path / "relay.key"
    elsewhere = "tcp://192.0.2.1:5555"
    assert machine.keys("tcp://127.0.0.1:5555", "", "").state is CheckState.OK
    assert "needs keys" in machine.keys(elsewhere, "", "").text
    assert "no client's key" in machine.keys(elsewhere, relay, str(tmp_path)).text
    new_client_keys(tmp_path, "room2", Role.VIEWER, public)
    assert "1 clients" in machine.keys(elsewhere, relay, str(tmp_path)).text


def test_disk(tmp_path):
    assert all(
        check.state is CheckState.OK for check in machine.disk(tmp_path, 1e-6)[:1]
    )
    assert machine.disk(tmp_path, 1e9)[0].state is CheckState.WRONG
    assert "cannot be written" in machine.disk(tmp_path / "none", 1.0)[0].text
    assert list(tmp_path.iterdir()) == []


def test_a_clock_that_was_never_set():
    assert machine.clock(lambda: 1e6).state is CheckState.WRONG


def test_a_protocol_with_a_wrong_rule(tmp_path):
    wrong = tmp_path / "site.toml"
    wrong.write_text('basis = "press_3t_te30"\n[mrd]\nconjugated = true\n')
    check, settings = machine.protocol(str(wrong))
    assert settings is None
    assert "unknown field conjugated in [mrd]" in check.text
    wrong.write_text('basis = "press_3t_te30"\n[mrd]\nconjugate = false\n')
    assert machine.protocol(str(wrong))[0].state is CheckState.OK


def test_the_command(tmp_path):
    good, bad = tmp_path / "good.nii.gz", tmp_path / "bad.nii.gz"
    write_session(good, number(phantom()))
    write_session(bad, number(phantom(echo_time_s=0.144)))
    common = ["--protocol", "press_3t_te30", "--record", str(tmp_path / "r.mcap"),
              "--hours", "0.001", "--listen", "127.0.0.1:0"]  # fmt: skip
    common += ["--bind", free_endpoint()]
    done = CliRunner().invoke(app, ["preflight", *common, "--from", str(good)])
    assert done.exit_code == 0, done.output
    assert "ready" in done.output
    done = CliRunner().invoke(app, ["preflight", *common, "--from", str(bad)])
    assert done.exit_code == 2
    assert "WRONG  echo time" in done.output
