"""The XML header of MRD, cut down to what may be known of it.

Only what `KEPT` names is ever read; subject, study, institution and every free text
but those there are cut out before anything else is done, so that no error, no message
and no recording can hold them.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree

from streams.errors import InputError

KEPT: dict[str, tuple[str, ...]] = {
    "acquisitionSystemInformation": ("systemVendor", "systemModel"),
    "experimentalConditions": ("H1resonanceFrequency_Hz",),
    "encoding": ("encodedSpace", "reconSpace", "encodingLimits"),
    "sequenceParameters": ("TR", "TE", "TI", "sequence_type"),
    "measurementInformation": ("protocolName",),
}
DWELL_TIMES = ("DwellTime_0", "dwellTime_0", "dwellTime", "DwellTime")
KEPT_USER = (
    *DWELL_TIMES,
    "SpecVectorSize",
    "SpectrometerFrequency_MHz",
    "ResonantNucleus",
    "MixingTime_ms",
    "WaterSaturation",
)
LONGEST_TEXT = 128
NAMESPACE = "http://www.ismrm.org/ISMRMRD"
MOST_DEPTH, MOST_ELEMENTS = 32, 50_000  # a real header: 6 deep, some hundred elements


def cut_header(name: str, xml: bytes) -> ElementTree.Element:
    """The header with only what is kept, and without namespaces.

    Parameters
    ----------
    name : of the file or stream, for sentences
    xml : the header; a NUL at its end is left out

    Raises
    ------
    InputError : it is no XML, or deeper or longer than any header is
    """
    try:
        parser = ElementTree.XMLParser(target=_BoundedBuilder(name))
        parser.feed(xml.rstrip(b"\0"))
        root = parser.close()
    except (ElementTree.ParseError, ValueError, LookupError):
        raise InputError(f"{name} is damaged: its XML header cannot be read.") from None
    cut = ElementTree.Element("ismrmrdHeader")
    for section in root:
        kept = KEPT.get(_tag(section), ())
        if _tag(section) == "userParameters":
            _keep_user(section, ElementTree.SubElement(cut, "userParameters"))
        elif kept:
            _keep(section, ElementTree.SubElement(cut, _tag(section)), kept)
    return cut


def as_xml(sections: Iterable[ElementTree.Element]) -> bytes:
    """A header of these sections, written."""
    root = ElementTree.Element("ismrmrdHeader", xmlns=NAMESPACE)
    root.extend(sections)
    text: bytes = ElementTree.tostring(root, "utf-8", xml_declaration=True)
    return text


class _BoundedBuilder(ElementTree.TreeBuilder):
    """Builds the tree of a header, and of nothing larger; no document type either."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name, self._depth, self._elements = name, 0, 0

    def start(self, tag: str, attrs: dict[str, str], /) -> ElementTree.Element:
        """An element begins."""
        self._depth, self._elements = self._depth + 1, self._elements + 1
        if self._depth > MOST_DEPTH or self._elements > MOST_ELEMENTS:
            raise InputError(
                f"{self._name} has an XML header of more than {MOST_DEPTH} levels or "
                f"{MOST_ELEMENTS} elements, which no scanner sends: send another."
            )
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> ElementTree.Element:
        """An element ends."""
        self._depth -= 1
        return super().end(tag)

    def doctype(self, *_: str | None) -> None:
        """Entities could make a short text long."""
        raise ValueError


def _tag(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _keep(
    source: ElementTree.Element, target: ElementTree.Element, names: tuple[str, ...]
) -> None:
    """Copy the children that are named, with all that is in them."""
    for child in source:
        if names and _tag(child) not in names:
            continue
        copy = ElementTree.SubElement(target, _tag(child))
        copy.text = (child.text or "").strip()[:LONGEST_TEXT]
        _keep(child, copy, ())


def _keep_user(source: ElementTree.Element, target: ElementTree.Element) -> None:
    for entry in source:
        found = {_tag(child): (child.text or "").strip() for child in entry}
        if found.get("name") in KEPT_USER:
            _keep(entry, ElementTree.SubElement(target, _tag(entry)), ("name", "value"))
