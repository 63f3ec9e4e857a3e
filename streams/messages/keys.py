"""Who may listen and who may speak: CURVE keys.

Loopback needs no keys.  On any other address a relay has a key pair of its own and a
folder with the public keys of those it lets in; the name of each file says what its
holder may do:

    anna.operator.key     listens and sends events
    screen.viewer.key     listens

`new_server_keys` and `new_client_keys` make them.  A client's secret file also holds
the public key of its relay, so that one file is all that `--key` needs; it is readable
by its owner alone (on Windows it has the permissions of its folder).  CURVE
(https://rfc.zeromq.org/spec/26/) encrypts and authenticates both sides.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import zmq

from streams.errors import InputError

DOMAIN = "mrs-monitor"
_LINE = re.compile(r'\s*([a-z-]+)\s*=\s*"([^"]*)"\s*')
_KEY_CHARACTERS = 40  # 32 bytes in Z85


class Role(StrEnum):
    """What the holder of a key may do."""

    OPERATOR = "operator"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True)
class ServerKeys:
    """Key pair of a relay and the folder of the public keys that it lets in."""

    public: bytes
    secret: bytes
    clients: Path


@dataclass(frozen=True, slots=True)
class ClientKeys:
    """Key pair of a client and the public key of its relay."""

    public: bytes
    secret: bytes
    server: bytes

    def apply(self, socket: zmq.Socket[Any]) -> None:
        """Set the keys on a socket that is going to connect."""
        socket.curve_publickey = self.public
        socket.curve_secretkey = self.secret
        socket.curve_serverkey = self.server


def new_server_keys(folder: str | os.PathLike[str]) -> tuple[Path, Path]:
    """Make the keys of a relay: `relay.key` for clients, `relay.key_secret` for it.

    Raises
    ------
    InputError : they exist already, or no permission
    """
    return _new_pair(Path(folder) / "relay.key", {})


def new_client_keys(
    folder: str | os.PathLike[str],
    name: str,
    role: Role,
    server: str | os.PathLike[str],
) -> tuple[Path, Path]:
    """Make the keys of a client: the public one is put into the relay's folder.

    Parameters
    ----------
    folder : where to write them
    name : of the place, letters, digits, - and _
    role : what it may do
    server : public key file of the relay

    Raises
    ------
    InputError : a bad name, they exist already, no permission, no relay key
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", name):
        raise InputError(
            f"{name!r} is no name for a key: use letters, digits, - and _ only."
        )
    server_key = _read(Path(server)).get("public-key", "")
    _check_key(Path(server), server_key)
    place = Path(folder) / f"{name}.{role}.key"
    return _new_pair(place, {"server-key": server_key})


def load_server_keys(
    secret_file: str | os.PathLike[str], clients: str | os.PathLike[str]
) -> ServerKeys:
    """Keys of a relay from its secret file and the folder of its clients.

    Raises
    ------
    InputError : absent, readable by others, no key, no such folder, or one that
        anybody may write into
    """
    path, folder = Path(secret_file), Path(clients)
    content = _read_secret(path)
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder} with the keys of the clients.")
    for place in (folder, *sorted(folder.glob("*.key"))):
        _check_not_open_to_all(place)
    return ServerKeys(
        _key(path, content, "public-key"), _key(path, content, "secret-key"), folder
    )


def load_client_keys(secret_file: str | os.PathLike[str]) -> ClientKeys:
    """Keys of a client from its secret file.

    Raises
    ------
    InputError : absent, readable by others, no key, made without a relay key
    """
    path = Path(secret_file)
    content = _read_secret(path)
    names = ("public-key", "secret-key", "server-key")
    return ClientKeys(*(_key(path, content, name) for name in names))


def _new_pair(public_file: Path, further: dict[str, str]) -> tuple[Path, Path]:
    public, secret = (key.decode() for key in zmq.curve_keypair())
    secret_file = public_file.with_name(public_file.name + "_secret")
    pair = {"public-key": public, "secret-key": secret}
    try:
        public_file.parent.mkdir(parents=True, exist_ok=True)
        _write(secret_file, pair | further, 0o600)
        _write(public_file, {"public-key": public}, 0o644)
    except FileExistsError as error:
        raise InputError(f"{error.filename} exists already: keys are kept.") from None
    except OSError as error:
        raise InputError(
            f"Keys cannot be written to {public_file.parent}: {error.strerror}."
        ) from None
    return public_file, secret_file


def _write(path: Path, content: dict[str, str], mode: int) -> None:
    lines = [f'    {name} = "{value}"\n' for name, value in content.items()]
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    with open(descriptor, "w", encoding="ascii") as file:
        file.writelines(["# ZeroMQ CURVE keys of mrs-monitor\n", "curve\n", *lines])


def _check_not_open_to_all(place: Path) -> None:
    """Who may write there lets in whom he likes."""
    if os.name == "posix" and place.stat().st_mode & stat.S_IWOTH:
        raise InputError(
            f"{place} may be written to by anybody, who could let anybody in: take "
            f"that away (chmod o-w)."
        )


def key_file_content(path: Path) -> dict[str, str]:
    """Fields of a key file.

    Raises
    ------
    OSError, UnicodeDecodeError : it cannot be read
    """
    matches = map(_LINE.fullmatch, path.read_text(encoding="ascii").splitlines())
    return {match[1]: match[2] for match in matches if match}


def _read(path: Path) -> dict[str, str]:
    try:
        return key_file_content(path)
    except FileNotFoundError:
        raise InputError(f"There is no key file {path}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"Key file {path} cannot be read: {error}.") from None


def _read_secret(path: Path) -> dict[str, str]:
    content = _read(path)
    if "public-key" in content and "secret-key" not in content:
        raise InputError(
            f"{path} is a public key: give the secret one that was made with it, "
            f"{path.name.removesuffix('.key')}.key_secret."
        )
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise InputError(
            f"Key file {path} can be read by others: make it readable by its owner "
            f"alone (chmod 600)."
        )
    return content


def _key(path: Path, content: dict[str, str], name: str) -> bytes:
    key = content.get(name, "")
    _check_key(path, key, name)
    return key.encode()


def _check_key(path: Path, key: str, name: str = "public-key") -> None:
    if len(key) != _KEY_CHARACTERS:
        raise InputError(
            f"{path} holds no {name}: make keys with `mrs-monitor keys`, and give the "
            f"file that ends in .key_secret where a secret one is asked for."
        )
