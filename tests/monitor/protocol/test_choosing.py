"""Which protocol a session gets, how its lock comes in, and a site's own tables."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.protocol.blinding import KIND, insert_lock, is_lock, lock_recorded
from monitor.protocol.choose import Wishes, settings_for
from monitor.protocol.preset_choice import matching_preset, why_no_preset
from monitor.protocol.read_protocol import read_protocol
from monitor.protocol.settings import Settings
from monitor.protocol.site_rules import (
    file_rules,
    folder_rules,
    mrd_rules,
    mrsinmrs_texts,
)
from streams.errors import InputError
from streams.messages.transient import Acquisition, Event, Kind, Start, Transient

PRESS = Acquisition(
    123.25, "1H", 2.5e-4, 2048, 1, 0.03, repetition_time_s=2.0, sequence="PRESS"
)


# -- a preset --------------------------------------------------------------------------


@pytest.mark.parametrize("change", [{}, {"repetition_time_s": 7.0}, {"coils": 32}])
def test_the_preset_of_an_acquisition(change) -> None:
    assert matching_preset(replace(PRESS, **change)).name == "press_3t_te30"


@pytest.mark.parametrize(
    "change",
    [
        {"echo_time_s": 0.05}, {"spectrometer_frequency_mhz": 64.0},
        {"nucleus": "31P"}, {"sequence": "MRSI"},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_what_is_decisive_must_fit(change) -> None:
    assert matching_preset(replace(PRESS, **change)).basis == ""


def test_what_helps_where_no_preset_fits() -> None:
    said = why_no_preset(replace(PRESS, echo_time_s=0.05))
    assert "TE 50 ms at 123.2 MHz fits none" in said
    assert "--protocol (in the window" in said
    assert "basis simulate --sequence press --te 50 --mhz 123.25" in said
    other = why_no_preset(replace(PRESS, nucleus="31P"))
    assert "basis simulate" not in other
    unknown = why_no_preset(replace(PRESS, sequence="xyz"))
    assert "basis simulate" not in unknown
    assert " such as press_3t_te30" in unknown
    far = why_no_preset(replace(PRESS, sequence="xyz", echo_time_s=0.3))
    assert " such as " not in far


# -- a session's settings --------------------------------------------------------------


def start(acquisition: Acquisition = PRESS, protocol: str = "") -> Start:
    return Start(acquisition, "here", protocol)


def test_who_says_which_protocol() -> None:
    asked = settings_for(start(), Wishes("press_3t_te30", changes={"window": 48}))
    assert (asked.name, asked.window) == ("press_3t_te30", 48)
    unlike = replace(PRESS, echo_time_s=0.05)
    named = settings_for(start(unlike, "press_3t_te30"), Wishes())
    assert named.name == "press_3t_te30"
    by_itself = settings_for(start(PRESS, "of another site"), Wishes())
    assert by_itself.name == "press_3t_te30"
    own = settings_for(start(), Wishes(basis="my.BASIS"))
    assert (own.name, own.basis) == (Settings().name, "my.BASIS")
    over = settings_for(start(), Wishes("press_3t_te30", "my.BASIS"))
    assert (over.name, over.basis) == ("press_3t_te30", "my.BASIS")
    with pytest.raises(InputError, match="No basis set for here"):
        settings_for(start(unlike), Wishes())


# -- the lock --------------------------------------------------------------------------

HIDDEN = Settings(outcome_hidden=True)


def recorder(error: Exception | None = None) -> SimpleNamespace:
    sent: list[tuple[str, str]] = []

    def send(kind: str, text: str = "") -> None:
        if error is not None:
            raise error
        sent.append((kind, text))

    return SimpleNamespace(send_event=send, sent=sent)


def test_the_lock_is_put_into_a_live_recording() -> None:
    one = recorder()
    assert lock_recorded(one, HIDDEN) == ""
    assert one.sent == [(KIND, f"protocol {HIDDEN.name}")]
    open_ = recorder()
    assert lock_recorded(open_, Settings()) == ""
    assert open_.sent == []
    assert lock_recorded(None, HIDDEN) == ""
    assert lock_recorded(recorder(InputError("no")), HIDDEN) == "no"
    assert lock_recorded(recorder(TimeoutError()), HIDDEN) == "no answer"


def transient(count: int) -> Transient:
    return Transient(count, 2.0 * count, Kind.METABOLITE, np.zeros((1, 2), "c8"))


def test_the_lock_comes_before_the_first_transient() -> None:
    bodies = [start(), Event(0.0, "note"), transient(1), transient(2)]
    locked = list(insert_lock(bodies, HIDDEN))
    assert [is_lock(body) for body in locked] == [False, False, True, False, False]
    assert locked[2].time_s == 2.0
    assert list(insert_lock(bodies, Settings())) == bodies
    assert not is_lock(transient(1))
    assert not is_lock(Event(0.0, "note"))


# -- a site's tables -------------------------------------------------------------------


@pytest.fixture
def site(tmp_path):
    """Writes a protocol file with a further table; gives its path."""

    def write(table: str) -> str:
        place = tmp_path / "site.toml"
        place.write_text(f'title = "x"\nbasis = "press_3t_te30"\n{table}\n')
        return str(place)

    return write


def test_tables_of_a_site(site) -> None:
    assert mrd_rules(site("[mrd]\nwater_first = 2")).water_first == 2
    assert mrd_rules("").water_first == 0
    path = site('[folder]\nwater_name = "wref"\ncounter = "n(.)"')
    rules = folder_rules(path)
    assert (rules.water_name, rules.counter) == ("wref", "n(.)")
    assert folder_rules("") == folder_rules(site(""))
    assert file_rules(site("[mrd]\nwater_first = 2")).mrd.water_first == 2
    assert mrsinmrs_texts(site('[mrsinmrs]\ncoil = "32"')) == {"coil": "32"}
    assert mrsinmrs_texts("") == {}


@pytest.mark.parametrize(
    ("table", "read", "words"),
    [
        ("[folder]\nwater_name = 3", folder_rules, "not water_name = 3"),
        ('[folder]\nother = "x"', folder_rules, "not other = 'x'"),
        ("[mrsinmrs]\ncoil = 32", mrsinmrs_texts, "not coil = 32"),
        ('[mrsinmrs]\nother = "x"', mrsinmrs_texts, "not other = 'x'"),
    ],
)
def test_tables_that_a_site_got_wrong(site, table, read, words) -> None:
    with pytest.raises(InputError, match=words):
        read(site(table))


@pytest.mark.parametrize("read", [mrd_rules, mrsinmrs_texts])
def test_a_table_must_be_one(tmp_path, read) -> None:
    place = tmp_path / "site.toml"
    place.write_text('mrd = 3\nmrsinmrs = 3\ntitle = "x"\n')
    with pytest.raises(InputError):
        read(str(place))


def test_a_file_of_basis_beside_a_protocol_is_found(tmp_path) -> None:
    (tmp_path / "my.BASIS").touch()
    place = tmp_path / "site.toml"
    place.write_text('basis = "my.BASIS"\n')
    assert read_protocol(str(place)).basis == str(tmp_path / "my.BASIS")
    place.write_text('basis = "other.BASIS"\n')
    assert read_protocol(str(place)).basis == "other.BASIS"
    place.write_text('title = "x"\n')
    assert read_protocol(str(place)).basis == ""
