"""What a session is begun with: addresses to choose from, and used before."""

from monitor.screen.sheets.new_session import MOST_LAST, USUAL, places_for, remembered

A, B, C = "tcp://127.0.0.1:1", "tcp://127.0.0.1:2", "tcp://h:3"


def test_the_addresses_to_choose_from_are_each_there_once():
    assert places_for("", "", ()) == (USUAL,)
    assert places_for(A, f"{B} {A}", (C, USUAL)) == (A, C, USUAL, B)
    assert places_for("visit.mcap", "", ()) == (USUAL,)


def test_the_newest_address_is_remembered_first_and_few_are():
    assert remembered(B, f"{A} {B}") == f"{B} {A}"
    assert remembered("visit.mcap", A) == A
    many = ""
    for port in range(2 * MOST_LAST):
        many = remembered(f"tcp://h:{port + 1}", many)
    assert len(many.split()) == MOST_LAST
    assert many.split()[0] == f"tcp://h:{2 * MOST_LAST}"
