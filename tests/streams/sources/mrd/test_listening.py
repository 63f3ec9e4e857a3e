"""Where an MRD server listens, and who may connect."""

import pytest

from streams.errors import InputError
from streams.sources.mrd.address import Listening
from streams.sources.mrd.parser import DEFAULT_PORT


@pytest.mark.parametrize(
    ("listen", "host", "port"),
    [
        ("127.0.0.1:9003", "127.0.0.1", 9003),
        ("127.0.0.1", "127.0.0.1", DEFAULT_PORT),
        ("localhost:0", "localhost", 0),
        ("[::1]:9003", "::1", 9003),
        (" 127.0.0.1:65535 ", "127.0.0.1", 65535),
    ],
)
def test_an_address_with_or_without_its_port(listen, host, port):
    found = Listening.parse(listen)
    assert (found.host, found.port, found.loopback) == (host, port, True)


@pytest.mark.parametrize(
    ("listen", "allow", "reason"),
    [
        ("", "", "is no address"),
        (":9002", "", "is no address"),
        ("127.0.0.1:", "", "is no address"),
        ("127.0.0.1:x", "", "is no address"),
        ("127.0.0.1:65536", "", "is no address"),
        ("0.0.0.0:9002", "192.168.2.1", "every interface"),
        ("[::]:9002", "192.168.2.1", "every interface"),
        ("192.168.2.5:9002", "", "name the scanner's address"),
        ("scanner:9002", " , ", "name the scanner's address"),
        ("192.168.2.5:9002", "192.168.2.1.5", "--allow 192.168.2.1.5 is no address"),
    ],
)
def test_what_is_refused(listen, allow, reason):
    with pytest.raises(InputError, match=reason):
        Listening.parse(listen, allow)


def test_without_names_this_machine_alone_may_connect():
    here = Listening.parse("127.0.0.1:9002")
    assert here.allows("127.0.0.1")
    assert here.allows("::1")
    assert not here.allows("192.168.2.1")
    assert not here.allows("scanner")


def test_those_who_are_named_may_connect_and_nobody_else():
    named = Listening.parse("192.168.2.5:9002", "192.168.2.1, 10.0.0.0/8")
    assert not named.loopback
    assert named.allows("192.168.2.1")
    assert named.allows("10.200.3.4")
    assert not named.allows("192.168.2.2")
    assert not named.allows("127.0.0.1")  # not even this machine
    assert Listening.parse("127.0.0.1:9002", "fe80::1").allows("fe80::1%eth0")


@pytest.mark.parametrize("listen", ["127.0.0.1:0", "[::1]:0"])
def test_the_socket_listens_where_it_was_said(listen):
    with Listening.parse(listen).bound() as server:
        assert server.getsockname()[0] == Listening.parse(listen).host
