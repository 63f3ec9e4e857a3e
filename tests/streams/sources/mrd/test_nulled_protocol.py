"""Nulled transients are told by the name of their protocol, where a site gives it."""

from types import SimpleNamespace

import pytest

from streams.sources.mrd.rules import MrdRules


@pytest.mark.parametrize(
    ("by_site", "name", "nulled"),
    [
        ("nulled", "svs STEAM Nulled 20", True),
        ("Nulled", "svs_steam_nulled", True),
        ("nulled", "svs STEAM", False),
        ("", "svs STEAM nulled", False),
    ],
)
def test_the_name_of_the_protocol_tells(by_site: str, name: str, nulled: bool):
    rules = MrdRules(macromolecule_protocol=by_site)
    readout, header = (
        SimpleNamespace(idx=17 * (0,)),
        SimpleNamespace(protocol_name=name),
    )
    assert rules.is_macromolecule(readout, header) is nulled
