"""Key files: what is written, and what is refused, from both sides."""

import os
from pathlib import Path

import pytest

from streams.errors import InputError
from streams.messages import keys
from streams.messages.keys import (
    Role,
    key_file_content,
    load_client_keys,
    load_server_keys,
    new_client_keys,
    new_server_keys,
)

on_posix = pytest.mark.skipif(os.name != "posix", reason="modes of files")


@pytest.fixture
def relay(tmp_path: Path) -> tuple[Path, Path]:
    """Public and secret file of a relay."""
    return new_server_keys(tmp_path)


@pytest.fixture
def clients(tmp_path: Path) -> Path:
    """The folder of the clients' keys."""
    folder = tmp_path / "clients"
    folder.mkdir(mode=0o755)
    return folder


def test_a_pair_is_what_is_loaded(relay, clients, tmp_path) -> None:
    public, secret = relay
    known = key_file_content(secret)
    assert key_file_content(public) == {"public-key": known["public-key"]}
    loaded = load_server_keys(secret, clients)
    assert loaded.public.decode() == known["public-key"]
    assert loaded.secret.decode() == known["secret-key"]
    place, own = new_client_keys(clients, "desk-1_a", next(iter(Role)), public)
    assert place.name.startswith("desk-1_a.")
    client = load_client_keys(own)
    assert client.server == loaded.public
    assert client.public != client.secret


@pytest.mark.parametrize("name", ["", "a b", "ä", "../x", "a" * 41])
def test_names_of_keys_are_plain(relay, clients, name: str) -> None:
    with pytest.raises(InputError, match="is no name for a key"):
        new_client_keys(clients, name, next(iter(Role)), relay[0])
    assert list(clients.iterdir()) == []


def test_keys_are_never_written_over(relay, tmp_path) -> None:
    before = relay[1].read_bytes()
    with pytest.raises(InputError, match="exists already"):
        new_server_keys(tmp_path)
    assert relay[1].read_bytes() == before


def test_without_the_folder_of_its_clients_there_is_no_relay(relay, tmp_path) -> None:
    with pytest.raises(InputError, match="There is no folder"):
        load_server_keys(relay[1], tmp_path / "nowhere")


def test_a_public_key_is_no_secret_one(relay, clients) -> None:
    with pytest.raises(InputError, match=r"is a public key: .* relay\.key_secret"):
        load_server_keys(relay[0], clients)


def test_a_file_without_keys_is_said_to_hold_none(relay, clients, tmp_path) -> None:
    empty = tmp_path / "x.key_secret"
    empty.touch(mode=0o600)
    with pytest.raises(InputError, match="holds no public-key"):
        load_server_keys(empty, clients)
    empty.write_text(f'    secret-key = "{"a" * 40}"\n')
    with pytest.raises(InputError, match="holds no public-key"):
        load_client_keys(empty)
    with pytest.raises(InputError, match="holds no server-key"):
        load_client_keys(relay[1])
    with pytest.raises(InputError, match="There is no key file"):
        load_client_keys(tmp_path / "y")


@on_posix
@pytest.mark.parametrize(("mode", "refused"), [(0o600, False), (0o640, True)])
def test_a_secret_is_its_owners_alone(relay, clients, mode: int, refused: bool) -> None:
    relay[1].chmod(mode)
    if refused:
        with pytest.raises(InputError, match="can be read by others"):
            load_server_keys(relay[1], clients)
    else:
        load_server_keys(relay[1], clients)


@on_posix
@pytest.mark.parametrize("what", ["folder", "key"])
def test_what_anybody_may_write_lets_anybody_in(relay, clients, what: str) -> None:
    public, _ = new_client_keys(clients, "desk", next(iter(Role)), relay[0])
    place = clients if what == "folder" else public
    place.chmod(0o777)
    with pytest.raises(InputError, match="may be written to by anybody"):
        load_server_keys(relay[1], clients)
    place.chmod(0o775)
    load_server_keys(relay[1], clients)


def test_where_files_have_no_modes_none_are_asked(relay, clients, monkeypatch) -> None:
    relay[1].chmod(0o644)
    clients.chmod(0o777)
    monkeypatch.setattr(keys.os, "name", "nt")
    with monkeypatch.context() as patch:
        patch.setattr(keys, "Path", type(clients))
        load_server_keys(relay[1], clients)
