"""The XML header of MRD (ISMRMRD v1), live or from a file, without its subject.

It is read from what `cut_header` leaves of it.  MRD v1 has no field for the nucleus:
its frequency is that of 1H by name, another nucleus is refused.

`SpecVectorSize` is the number of points without oversampling.

Source: ISMRMRD documentation and schema (https://ismrmrd.readthedocs.io).
"""

from __future__ import annotations

import math

from streams.errors import InputError
from streams.messages.transient import Acquisition
from streams.sources.mrd.cut_header import DWELL_TIMES, as_xml, cut_header
from streams.sources.mrd.dwell_time import dwell_time_s, in_us
from streams.sources.mrd.echo_time import echo_time_s
from streams.voxel.place import Vector, VoxelPlace

LARGEST = 1e12
SAME_MHZ = 1e-5  # within 10 Hz: the same frequency, with more digits
LARGEST_VOXEL_MM = 150.0  # a larger field of view is that of an image


class Header:
    """A header that was cut, its fields asked for by name.

    Attributes
    ----------
    name : of the file or stream, for sentences
    notes : sentences about fields that are not quite valid
    """

    def __init__(self, name: str, xml: bytes, notes: list[str] | None = None) -> None:
        self.name = name
        self.notes: list[str] = [] if notes is None else notes
        self._root = cut_header(name, xml)

    def acquisition(
        self,
        coils: int,
        points: int,
        sample_time_us: float,
        *,
        oversampling: int = 1,
        echo_time_s: float | None = None,
        voxel_place: VoxelPlace | None = None,
        encoding: int = 0,
    ) -> Acquisition:
        """How transients were acquired.

        Parameters
        ----------
        coils, points : of a transient as it is kept
        sample_time_us : from the head of an acquisition, before oversampling is removed
        oversampling : acquired points for one that is kept
        echo_time_s : what a protocol says where the header does not
        voxel_place : from the head of an acquisition
        encoding : which of the header's encodings it belongs to, from 0

        Raises
        ------
        InputError : a missing or contradictory field
        """
        return Acquisition(
            spectrometer_frequency_mhz=self._frequency_mhz(),
            nucleus=self._nucleus(),
            dwell_time_s=self._dwell_time_s(sample_time_us) * oversampling,
            points=points,
            coils=coils,
            echo_time_s=self._echo_time_s(echo_time_s),
            repetition_time_s=self.repetition_time_s,
            mixing_time_s=_milli(self._user_number("MixingTime_ms")),
            sequence=self.text("sequenceParameters/sequence_type"),
            voxel_mm=self._voxel_mm(encoding),
            voxel_place=voxel_place,
            inversion_time_s=_milli(self._number("sequenceParameters/TI")) or None,
            vendor=self.vendor,
            model=self.text("acquisitionSystemInformation/systemModel"),
        )

    @property
    def vendor(self) -> str:
        """Manufacturer; empty if the header does not say."""
        return self.text("acquisitionSystemInformation/systemVendor")

    @property
    def repetition_time_s(self) -> float | None:
        """TR, s."""
        return _milli(self._number("sequenceParameters/TR"))

    @property
    def protocol_name(self) -> str:
        """Name of the protocol on the scanner; for the water rule alone."""
        return self.text("measurementInformation/protocolName")

    @property
    def spectral_points(self) -> int | None:
        """Points of one FID without oversampling."""
        number = self._user_number("SpecVectorSize")
        return None if number is None or number < 1 else int(number)

    @property
    def xml(self) -> bytes:
        """The header as it was cut, and without the name of the protocol."""
        return as_xml(e for e in self._root if e.tag != "measurementInformation")

    @property
    def cut_xml(self) -> bytes:
        """The header as it was cut, with all that a relay asks for."""
        return as_xml(self._root)

    @property
    def voxels(self) -> int:
        """Phase encoding steps in both directions: 1 for a single voxel."""
        return self.voxels_of(0)

    def voxels_of(self, encoding: int) -> int:
        """The same of one of the encodings, the first for one that is not there."""
        place = encoding + 1 if 0 <= encoding < self.encodings else 1
        spaces = [
            self._number(f"encoding[{place}]/{space}/matrixSize/{axis}") or 1.0
            for space in ("encodedSpace", "reconSpace")
            for axis in "yz"
        ]
        return int(min(spaces[0] * spaces[1], spaces[2] * spaces[3]))

    def _voxel_mm(self, encoding: int) -> Vector | None:
        """Edges of the voxel: the field of view of a single one."""
        place = encoding + 1 if 0 <= encoding < self.encodings else 1
        key = f"encoding[{place}]/reconSpace/fieldOfView_mm"
        try:
            x, y, z = (self._number(f"{key}/{axis}") or 0.0 for axis in "xyz")
        except InputError:
            return None
        fits = all(0 < edge <= LARGEST_VOXEL_MM for edge in (x, y, z))
        return (x, y, z) if fits else None

    @property
    def encodings(self) -> int:
        """How many encodings the header describes."""
        return len(self._root.findall("encoding"))

    def is_image(self, encoding: int) -> bool:
        """Whether an encoding is that of images beside one of a single voxel."""
        if self.encodings < 2:
            return False
        others = [self.voxels_of(n) for n in range(self.encodings) if n != encoding]
        return self.voxels_of(encoding) > 1 and 1 in others

    @property
    def averages(self) -> int:
        """Excitations that the header's counter of averages has, at least 1."""
        try:
            most = self._number("encoding/encodingLimits/average/maximum")
        except InputError:
            return 1
        return max(int(most or 0) + 1, 1)

    def image_dwell(self, points: int) -> tuple[float, int]:
        """Time between acquired points in us, and how many of them one of these is.

        Raises
        ------
        InputError : the header does not say
        """
        stated = next(filter(None, map(self._user_number, DWELL_TIMES)), None)
        if stated is None or stated <= 0:
            raise InputError(
                f"{self.name} sends spectra as images and does not say their dwell "
                "time (DwellTime_0)."
            )
        acquired = self._number("encoding/encodedSpace/matrixSize/x") or points
        thinned = max(int(acquired) // points, 1)
        return in_us(stated), thinned

    @property
    def water_saturation(self) -> str:
        """What is said of the suppression of water; empty if nothing is."""
        return self._user("WaterSaturation")

    @property
    def announced(self) -> int | None:
        """Transients that the whole series is to have; None if it does not say."""
        try:
            return self._announced_transients()
        except InputError:
            return None

    def _announced_transients(self) -> int | None:
        total, single = 1, 1
        for place in range(self.encodings, 0, -1):
            single = place if self.voxels_of(place - 1) == 1 else single
        for counter in ("average", "repetition"):
            key = f"encoding[{single}]/encodingLimits/{counter}"
            most = self._number(f"{key}/maximum")
            if most is None:
                return None
            total *= int(most - (self._number(f"{key}/minimum") or 0.0)) + 1
        return total if total > 0 else None

    def text(self, key: str) -> str:
        """Text of an element that is kept; empty if there is none."""
        return self._root.findtext(key) or ""

    def _frequency_mhz(self) -> float:
        exact_mhz = self._user_number("SpectrometerFrequency_MHz")
        key = "experimentalConditions/H1resonanceFrequency_Hz"
        frequency_mhz = 1e-6 * self._require(key, "Hz")
        if exact_mhz is not None and abs(exact_mhz - frequency_mhz) < SAME_MHZ:
            return exact_mhz
        return frequency_mhz

    def _nucleus(self) -> str:
        nucleus = self._user("ResonantNucleus")
        if not nucleus:
            self.notes.append(
                f"{self.name}: no nucleus is named; read as 1H, whose frequency it has."
            )
        elif nucleus != "1H":
            raise InputError(
                f"{self.name} is of {nucleus}, whose frequency ISMRMRD does not hold; "
                "use NIfTI-MRS."
            )
        return "1H"

    def _dwell_time_s(self, sample_time_us: float) -> float:
        stated = ((key, self._user_number(key)) for key in DWELL_TIMES)
        return dwell_time_s(self.name, sample_time_us, stated)

    def _echo_time_s(self, otherwise_s: float | None) -> float:
        parts_ms = self._numbers("sequenceParameters/TE")
        if otherwise_s is None and not parts_ms:
            self._require("sequenceParameters/TE", "ms")
        return echo_time_s(self.name, parts_ms, otherwise_s, self.notes)

    def _numbers(self, key: str) -> list[float]:
        """Numbers of all elements of a name."""
        texts = [(e.text or "").strip() for e in self._root.iterfind(key)]
        found = [self._as_number(key, text) for text in texts]
        return [number for number in found if number is not None]

    def _require(self, key: str, unit: str) -> float:
        number = self._number(key)
        if number is None or number <= 0:
            raise InputError(
                f"{self.name} has no {key} ({unit}) in its header; add it, no value is "
                "assumed."
            )
        return number

    def _number(self, key: str) -> float | None:
        return self._as_number(key, self.text(key))

    def _user(self, key: str) -> str:
        for entry in self._root.iterfind("userParameters/*"):
            if entry.findtext("name") == key:
                return entry.findtext("value") or ""
        return ""

    def _user_number(self, key: str) -> float | None:
        return self._as_number(key, self._user(key))

    def _as_number(self, key: str, text: str) -> float | None:
        if not text:
            return None
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not abs(number) < LARGEST:
            raise InputError(f"{self.name}: {key} = {text[:40]} is no number.")
        return number


def _milli(value: float | None) -> float | None:
    return None if value is None or value <= 0 else 1e-3 * value
