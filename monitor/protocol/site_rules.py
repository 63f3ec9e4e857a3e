"""What a protocol says beside settings: `[mrd]`, `[folder]`, `[files]`, `[mrsinmrs]`.

They are no part of `Settings`: the first two are about the relay, before anything is
recorded, `[files]` is about reading, and what it changes is said in the session; the
last is copied into the report.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from monitor.protocol.read_protocol import known_protocols, read_protocol
from streams.errors import InputError
from streams.sources.files.site_file_rules import FileRules, file_rules_from
from streams.sources.folder_rules import FolderRules
from streams.sources.mrd.rules import MrdRules, rules_from

REPORTED = (
    "site",
    "software_version",
    "coil",
    "additional_hardware",
    "sequence",
    "location",
    "water_suppression",
    "shim",
    "triggering",
)
"""Fields of `[mrsinmrs]`: what no stream says and a site knows."""


def mrd_rules(protocol: str) -> MrdRules:
    """Rules for a scanner's MRD stream; the defaults without a protocol.

    Raises
    ------
    InputError : no such protocol, an unknown field or a wrong type in it
    """
    table = _table(protocol, "mrd")
    return rules_from(table, protocol)


def folder_rules(protocol: str) -> FolderRules:
    """Rules for a watched folder; the defaults without a protocol.

    Raises
    ------
    InputError : no such protocol, an unknown field or a wrong type in it
    """
    table = _table(protocol, "folder")
    for key, value in table.items():
        if key not in ("water_name", "counter") or not isinstance(value, str):
            raise InputError(
                f"Protocol {protocol}: [folder] knows water_name and counter, both "
                f"texts; not {key} = {value!r}."
            )
    return FolderRules(**table, files=file_rules(protocol))


def file_rules(protocol: str) -> FileRules:
    """Rules for reading files; the defaults without a protocol.

    Raises
    ------
    InputError : no such protocol, an unknown field or a wrong type in it
    """
    rules = file_rules_from(_table(protocol, "files"), protocol)
    return replace(rules, mrd=mrd_rules(protocol))


def mrsinmrs_texts(protocol: str) -> dict[str, str]:
    """What the protocol says for the MRSinMRS table, by the names in `REPORTED`.

    Raises
    ------
    InputError : no such protocol, an unknown field or no text in it
    """
    table = _table(protocol, "mrsinmrs")
    for key, value in table.items():
        if key not in REPORTED or not isinstance(value, str):
            raise InputError(
                f"Protocol {protocol}: [mrsinmrs] knows {', '.join(REPORTED)}, all "
                f"texts; not {key} = {value!r}."
            )
    return table


def _table(protocol: str, name: str) -> dict[str, Any]:
    if not protocol:
        return {}
    read_protocol(protocol)  # says what is wrong with the file as a whole
    path = known_protocols().get(protocol, Path(protocol))
    table = tomllib.loads(path.read_text(encoding="utf-8")).get(name, {})
    if not isinstance(table, dict):
        raise InputError(f"Protocol {protocol}: {name} must be a table, [{name}].")
    return table
