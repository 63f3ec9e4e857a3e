import os
import stat

import pytest
from free_ports import free_endpoint
from stream_cases import bodies
from test_relay import gather, poll_until, relayed, wait_for

from streams.errors import InputError
from streams.messages.keys import (
    Role,
    load_client_keys,
    load_server_keys,
    new_client_keys,
    new_server_keys,
)
from streams.relay.relay import run_relay
from streams.subscription.recorded_event import send_event
from streams.subscription.subscriber import Subscriber


@pytest.fixture
def keys(tmp_path):
    """Folder with a relay that knows an operator and a viewer, and a stranger."""
    relay_key, _ = new_server_keys(tmp_path)
    new_client_keys(tmp_path / "clients", "anna", Role.OPERATOR, relay_key)
    new_client_keys(tmp_path / "clients", "screen", Role.VIEWER, relay_key)
    new_client_keys(tmp_path / "strangers", "eve", Role.OPERATOR, relay_key)
    new_server_keys(tmp_path / "elsewhere")
    new_client_keys(
        tmp_path / "clients", "lost", Role.VIEWER, tmp_path / "elsewhere" / "relay.key"
    )
    return tmp_path


def client(keys, name):
    return load_client_keys(keys / f"{name}.key_secret")


@pytest.fixture
def relay(keys):
    loaded = load_server_keys(keys / "relay.key_secret", keys / "clients")
    with relayed(bodies(), keys / "visit.mcap", keys=loaded) as relay:
        yield relay


@pytest.mark.parametrize("name", ["clients/anna.operator", "clients/screen.viewer"])
def test_a_known_key_may_listen(relay, keys, name):
    with Subscriber(relay.endpoint, client(keys, name)) as subscriber:
        assert len(gather(subscriber, 10)) == 10
        poll_until(subscriber, lambda: not subscriber.health.problem)


def test_an_operator_may_send_events_and_a_viewer_may_not(relay, keys):
    operator = client(keys, "clients/anna.operator")
    viewer = client(keys, "clients/screen.viewer")
    sent = send_event(relay.endpoint, "note", keys=operator, timeout_s=30)
    assert sent.kind == "note"
    with pytest.raises(InputError, match="may listen, but not send events"):
        send_event(relay.endpoint, "note", keys=viewer, timeout_s=30)
    wait_for(lambda: "may listen, but" in relay.status.problem)


@pytest.mark.parametrize("name", ["strangers/eve.operator", "clients/lost.viewer"])
def test_a_wrong_key_is_told_so(relay, keys, name):
    with Subscriber(relay.endpoint, client(keys, name)) as subscriber:
        poll_until(subscriber, lambda: "key" in subscriber.health.problem)
        assert "refuses our key" in subscriber.health.problem
        assert subscriber.health.received == 0
    with pytest.raises(InputError, match="NOT RECORDED"):
        send_event(relay.endpoint, "note", keys=client(keys, name), timeout_s=0.5)


def test_a_stranger_is_seen_by_the_relay(relay, keys):
    stranger = client(keys, "strangers/eve.operator")
    with Subscriber(relay.endpoint, stranger) as subscriber:
        poll_until(subscriber, lambda: "key" in relay.status.problem)
    assert "refused" in relay.status.problem


def test_without_a_key_nothing_comes(relay):
    with Subscriber(relay.endpoint) as subscriber:
        poll_until(subscriber, lambda: "key" in subscriber.health.problem)
        assert subscriber.health.received == 0


def test_a_withdrawn_key_is_refused(relay, keys):
    (keys / "clients" / "anna.operator.key").unlink()
    with Subscriber(relay.endpoint, client(keys, "clients/anna.operator")) as s:
        poll_until(s, lambda: "refuses our key" in s.health.problem)


def test_other_addresses_with_keys(keys):
    loaded = load_server_keys(keys / "relay.key_secret", keys / "clients")
    port = free_endpoint().rpartition(":")[2]
    status = run_relay(
        bodies(), keys / "a.mcap", f"tcp://0.0.0.0:{port}", keys=loaded, linger_s=0
    )
    assert status.transients == 6


@pytest.mark.skipif(os.name != "posix", reason="permissions of Windows are others")
def test_secrets_are_readable_by_their_owner_alone(keys):
    for path in keys.rglob("*.key_secret"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    secret = keys / "relay.key_secret"
    secret.chmod(0o644)
    with pytest.raises(InputError, match="can be read by others"):
        load_server_keys(secret, keys / "clients")


def test_keys_are_kept(keys):
    with pytest.raises(InputError, match="exists already"):
        new_server_keys(keys)


REFUSED = {
    "absent": ("nothing.key_secret", "There is no key file"),
    "no key": ("empty", "holds no public-key"),
    "public": ("relay.key", "key_secret"),
}


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_what_is_no_key_file(keys, case):
    name, sentence = REFUSED[case]
    (keys / "empty").touch(0o600)
    (keys / "relay.key").chmod(0o600)
    with pytest.raises(InputError, match=sentence):
        load_client_keys(keys / name)


def test_a_name_for_a_key(keys):
    with pytest.raises(InputError, match="no name for a key"):
        new_client_keys(keys, "../x", Role.VIEWER, keys / "relay.key")


def test_a_missing_folder_of_clients(keys):
    with pytest.raises(InputError, match="no folder"):
        load_server_keys(keys / "relay.key_secret", keys / "nowhere")


def test_a_public_key_is_named_as_one(keys):
    public = keys / "clients" / "anna.operator.key"
    with pytest.raises(InputError, match=r"is a public key.*anna\.operator\.key_sec"):
        load_client_keys(public)


@pytest.mark.skipif(os.name != "posix", reason="permissions of Windows are others")
@pytest.mark.parametrize("place", ["clients", "clients/anna.operator.key"])
def test_keys_that_anybody_may_write_are_refused(keys, place):
    (keys / place).chmod(0o777)
    with pytest.raises(InputError, match="written to by anybody"):
        load_server_keys(keys / "relay.key_secret", keys / "clients")
