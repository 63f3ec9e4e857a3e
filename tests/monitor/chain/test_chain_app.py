"""The whole program, its analysis in a process of its own, played to by `kit probe`."""

from pathlib import Path

import mrd_sender as mrd
from chain_client import Exchanged, card, comments
from typer.testing import CliRunner

from monitor.chain.app import App
from monitor.chain.images import PAGES
from monitor.cli import app
from monitor.kit.probe import latencies_s, play, probe_checks, source_messages
from monitor.preflight.machine import State
from streams.chain.tee import Address
from streams.errors import InputError
from streams.sources.mrd.listening import Listening

RECORDING = Path(__file__).resolve().parents[3] / "recordings" / "infusion-short.mcap"


def test_the_program_answers_a_probe(tmp_path):
    said = []
    serving = App(Listening.parse("127.0.0.1:0"), tmp_path, said.append)
    serving.start()
    try:
        address = Address("127.0.0.1", serving.port)
        played = play(address, source_messages(RECORDING), 8, 24, 20.0)
    finally:
        serving.stop()
    found = {check.name: check for check in probe_checks(played)}
    assert found["raw data"].text == "24 acquisitions came back bit by bit", said
    assert found["spectra"].state is State.OK
    assert "1 came back; mean of 21 transients" in found["spectra"].text
    assert len(played.due_s) == 2
    assert len(played.pages()) >= 3
    assert "FWHM" in played.pages()[-1].comments
    assert all(0 < wait < 30 for wait in latencies_s(played))
    assert [path.suffix for path in tmp_path.iterdir()] == [".mcap"]


def test_a_process_that_died_is_said_and_another_takes_its_place(tmp_path):
    serving = App(Listening.parse("127.0.0.1:0"), tmp_path, lambda text: None)
    serving.start()
    try:
        (first,) = serving.followers
        first.kill()
        opening = [mrd.opening(), card(pageevery=4)]
        back = Exchanged(serving.port, *opening, *map(mrd.acquisition_bytes, range(5)))
        assert len(back.passed) == 5
        assert "The analysis has ended by itself" in comments(back.images(PAGES)[-1])
        (second,) = serving.followers
        assert second is not first
        back = Exchanged(serving.port, *opening, *map(mrd.acquisition_bytes, range(5)))
        assert "None of the bundled protocols fits" in comments(back.images(PAGES)[-1])
        assert serving.followers == (second,)
    finally:
        serving.stop()


def test_a_probe_of_nobody_is_one_sentence():
    said = CliRunner().invoke(app, ["kit", "probe", "--host", "127.0.0.1:1"])
    assert isinstance(said.exception, InputError)
    assert "Nobody answers at 127.0.0.1:1" in str(said.exception)
