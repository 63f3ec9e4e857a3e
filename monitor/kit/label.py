"""The label of an OpenRecon image, from the table of settings; what is wrong with one.

Schema 1.1.0 (as published in neurodesk/openrecon).  The check here is our own and of
the rules that a scanner would refuse for; tests hold the label against the schema
itself, so that the product needs no validator of schemas.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from monitor.chain.parameters import PARAMETERS, Parameter
from monitor.kit.names import LABEL_KEY, NAME, PORT, VENDOR, release

MOST_PARAMETERS = 14
CORES, MEMORY_MB = 2, 2048
VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)([-+][0-9A-Za-z.+-]+)?")
ID = re.compile(r"[A-Za-z0-9]+")
REGULATORY = (
    "device_trade_name", "production_identifier", "manufacturer_address", "made_in",
    "manufacture_date", "material_number", "gtin", "udi", "safety_advices",
    "special_operating_instructions", "additional_relevant_information",
)  # fmt: skip
ABOUT = (
    "Glutamate by 1H-MRS, transient by transient, with its uncertainty. Records every "
    "transient, returns a page as images. Research only."
)


def label(site: Sequence[str] = ()) -> dict[str, Any]:
    """The label of this version; `site` names the protocols that a site adds."""
    return {
        "general": _general(),
        "reconstruction": _reconstruction(),
        "parameters": [_entry(parameter) for parameter in with_site(site)],
    }


def with_site(site: Sequence[str]) -> list[Parameter]:
    """The table of settings, a site's protocols among those to choose from."""
    protocol, *others = PARAMETERS
    own = tuple((name, name) for name in site)
    return [replace(protocol, values=(*protocol.values, *own)), *others]


def _general() -> dict[str, Any]:
    version = release()
    stated = dict.fromkeys(REGULATORY, "")
    stated |= {
        "device_trade_name": f"{VENDOR} {NAME}",
        "production_identifier": version,
        "safety_advices": "Research software: no diagnosis, no alarm.",
        "additional_relevant_information": "No medical product.",
    }
    return {
        "name": {"en": NAME},
        "version": version,
        "vendor": VENDOR,
        "information": {"en": ABOUT},
        "id": f"{VENDOR}{NAME}",
        "regulatory_information": stated,
    }


def _reconstruction() -> dict[str, Any]:
    return {
        "transfer_protocol": {"protocol": "ISMRMRD", "version": "1.4.1"},
        "port": PORT,
        "emitter": "raw",
        "injector": "compleximage",
        "can_process_adjustment_data": False,
        "can_use_gpu": False,
        "min_count_required_cpu_cores": CORES,
        "min_required_memory": MEMORY_MB,
        "content_qualification_type": "RESEARCH",
        "require_readout_filter_off": True,
        "channel_compression": {"require_state": "off"},
    }


def _entry(parameter: Parameter) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "type": kind_of(parameter),
        "id": parameter.id,
        "label": {"en": parameter.label},
        "information": {"en": parameter.information},
        "default": parameter.default,
    }
    if entry["type"] in ("int", "double"):
        entry |= {"minimum": parameter.low, "maximum": parameter.high}
    if parameter.unit:
        entry["unit"] = {"en": parameter.unit}
    if parameter.values:
        named = [{"id": i, "name": {"en": name}} for i, name in parameter.values]
        entry["values"] = named
    return entry


def kind_of(parameter: Parameter) -> str:
    """Type of a parameter as the label names it."""
    if parameter.values:
        return "choice"
    kinds = {bool: "boolean", int: "int", float: "double", str: "string"}
    return kinds[type(parameter.default)]


def encoded(stated: Mapping[str, Any]) -> str:
    """A label as it stands in an image: base64 of JSON."""
    return base64.b64encode(json.dumps(stated).encode()).decode("ascii")


def decoded(text: str) -> dict[str, Any] | None:
    """The label in a Dockerfile; None where there is none that can be read."""
    key = re.escape(LABEL_KEY)
    found = re.search(rf'^LABEL "{key}"="([A-Za-z0-9+/=]+)"$', text, re.MULTILINE)
    if found is None:
        return None
    try:
        stated = json.loads(base64.b64decode(found[1], validate=True))
    except (binascii.Error, ValueError):
        return None
    return stated if isinstance(stated, dict) else None


def label_problems(stated: Mapping[str, Any]) -> Iterator[str]:
    """All that a scanner would refuse a label for, a sentence each."""
    for part in ("general", "reconstruction", "parameters"):
        if part not in stated:
            yield f"The label has no {part}."
            return
    yield from _general_problems(stated["general"])
    yield from _reconstruction_problems(stated["reconstruction"])
    parameters = stated["parameters"]
    if len(parameters) > MOST_PARAMETERS:
        yield f"{len(parameters)} parameters, and {MOST_PARAMETERS} are allowed."
    ids = [str(entry.get("id")) for entry in parameters]
    for name in {name for name in ids if ids.count(name) > 1}:
        yield f"The parameter {name} stands there twice."
    for entry in parameters:
        yield from _parameter_problems(entry)


def _general_problems(general: Mapping[str, Any]) -> Iterator[str]:
    for key in ("name", "version", "vendor", "information", "id"):
        if not general.get(key):
            yield f"general.{key} is missing."
    if not VERSION.fullmatch(str(general.get("version", ""))):
        yield f"The version {general.get('version')} is not of the kind 1.2.3."
    stated = general.get("regulatory_information", {})
    for key in REGULATORY:
        if not isinstance(stated.get(key), str):
            yield f"general.regulatory_information.{key} is no text."


def _reconstruction_problems(stated: Mapping[str, Any]) -> Iterator[str]:
    wanted = {
        "transfer_protocol": ({"protocol": "ISMRMRD", "version": "1.4.1"},),
        "emitter": ("raw", "image"),
        "injector": ("compleximage", "image"),
        "content_qualification_type": ("RESEARCH",),
        "port": (PORT,),
    }
    for key, allowed in wanted.items():
        if stated.get(key) not in allowed:
            yield f"reconstruction.{key} = {stated.get(key)!r} is not {allowed[0]!r}."
    for key in ("min_count_required_cpu_cores", "min_required_memory"):
        value = stated.get(key)
        if not (isinstance(value, int) and value > 0):
            yield f"reconstruction.{key} must be a number above 0."


def _parameter_problems(entry: Mapping[str, Any]) -> Iterator[str]:
    name = str(entry.get("id", ""))
    if not ID.fullmatch(name):
        yield f"The parameter {name!r} must be of letters and digits."
    unit = entry.get("unit", {}).get("en", "-")
    if not 1 <= len(unit) <= 3:
        yield f"The unit {unit!r} of {name} must have 1 to 3 letters."
    chosen = [value.get("id") for value in entry.get("values", [])]
    if entry.get("type") == "choice" and entry.get("default") not in chosen:
        yield f"The default of {name} is none of its values."
    if entry.get("type") in ("int", "double"):
        low, high, at = (entry.get(k) for k in ("minimum", "maximum", "default"))
        if None in (low, high, at) or not low <= at <= high:  # type: ignore[operator]
            yield f"The default of {name} is not between its limits."
