"""Any file as a source: our own recordings and whatever `any_format` reads.

What a file is, is told by its content; the ending of its name is not looked at.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from streams.errors import InputError
from streams.messages.scanner_counter import OF_FILE
from streams.messages.transient import Body, Message, number
from streams.recording.files import find
from streams.sources.file_names import without_names
from streams.sources.files.any_format import first_bytes, read_series
from streams.sources.files.choice import Choose, Entries, entries_of
from streams.sources.files.clock_time import ClockTime
from streams.sources.files.nifti_container import is_nifti
from streams.sources.files.series import check_size
from streams.sources.files.series_bodies import bodies_of
from streams.sources.files.series_rules import by_rules
from streams.sources.files.site_file_rules import FileRules
from streams.sources.files.water_reference import water_for
from streams.sources.files.zero_filling import without_filling
from streams.sources.recording import bodies as recording_bodies
from streams.sources.recording import messages

MCAP_MAGIC = b"\x89MCAP"
RECORDING = "recording"


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file that was opened: what it is, what to say about it, and its messages.

    Attributes
    ----------
    path : the file
    origin : "recording", "NIfTI-MRS file", ...
    notes : sentences for the operator about fields that are not quite valid
    nameless_notes : the same without the names of the files, for what is written
    bodies : the messages, once; the source of a recording keeps all kinds of body
    begun : when the first transient was acquired, where a file says that; what a
        recording says of it: `streams.sources.joining.contents`
    unchosen : what was to be chosen along where it can be, and cannot be here
    """

    path: Path
    origin: str
    bodies: Iterator[Body]
    notes: tuple[str, ...] = ()
    nameless_notes: tuple[str, ...] = ()
    begun: ClockTime | None = None
    unchosen: tuple[str, ...] = ()


def is_recording(path: Path) -> bool:
    """Whether the file begins as our recordings do.

    Raises
    ------
    InputError : the file cannot be read
    """
    return first_bytes(find(path)).startswith(MCAP_MAGIC)


def open_source(
    path: Path,
    water: Path | None = None,
    choose: Choose | None = None,
    rules: FileRules | None = None,
) -> FileSource:
    """Open a recording, a NIfTI-MRS file or another file that is known here.

    Parameters
    ----------
    path : the file
    water : file with the unsuppressed water reference
    choose : see `streams.sources.files.any_format.read_series`
    rules : how files are read, by a protocol

    Raises
    ------
    InputError : the file is none of these or damaged, a field is missing, the water
        reference does not belong to it, a recording comes with a water file, or
        `choose` names what is not there
    """
    if not path.is_dir() and is_recording(path):
        if water is not None:
            raise InputError(
                f"{path.name} is a recording, which holds its own water reference; "
                "leave --water out."
            )
        unchosen = _check_choice(path, entries_of(choose), tuple(choose or ()))
        return _recording(path, unchosen)
    rules = rules or FileRules()
    if _is_mrd_stream(path):
        return _mrd_stream(path, water, choose, rules)
    choices = rules.choices(choose)
    te_s = rules.echo_time_s or None
    read = read_series(path, choices, te_s, rules.mrd)
    metabolite = without_filling(by_rules(read, rules))
    unchosen = _check_choice(path, choices, metabolite.unchosen)
    check_size(metabolite)
    reference = (
        None
        if water is None
        else by_rules(read_series(water, choices, te_s, rules.mrd), rules)
    )
    notes = (*metabolite.notes, *water_for(metabolite, reference)[1])
    bodies = bodies_of(metabolite, reference)
    nameless = tuple(without_names(note, path, water) for note in notes)
    return FileSource(
        path, metabolite.origin, bodies, notes, nameless, metabolite.begun, unchosen
    )


def _is_mrd_stream(path: Path) -> bool:
    """Whether it is a saved stream; what reads those is imported where it may be."""
    if not path.is_file() or is_nifti(path):
        return False
    from streams.sources.files.mrd_stream import is_mrd_stream

    return is_mrd_stream(path)


def _mrd_stream(
    path: Path, water: Path | None, choose: Choose | None, rules: FileRules
) -> FileSource:
    """A saved stream, as a relay would have recorded it."""
    from streams.sources.files import mrd_stream as mrd_stream_file

    if water is not None:
        raise InputError(
            f"{path.name} is an MRD stream, in which the rules of the protocol tell "
            "the water reference ([mrd]); leave --water out."
        )
    unchosen = _check_choice(path, entries_of(choose), tuple(choose or ()))
    bodies = mrd_stream_file.bodies(path, rules.mrd)
    return FileSource(
        path,
        mrd_stream_file.ORIGIN,
        iter(bodies),
        mrd_stream_file.notes_of(bodies),
        unchosen=unchosen,
    )


def _check_choice(
    path: Path, choices: Mapping[str, Entries], unchosen: tuple[str, ...]
) -> tuple[str, ...]:
    """Refuse a choice that was asked for and changes nothing; gives the others."""
    for name in (name for name in unchosen if choices[name].asked):
        raise InputError(
            f"{path.name} has nothing to choose along {name}: leave --choose {name} "
            "out."
        )
    return unchosen


def messages_of(source: FileSource) -> Iterator[Message]:
    """Messages as they were recorded, with the gaps in their numbers, or numbered.

    A file has one name for its session each time, so that a seek finds it again.
    """
    if source.origin == RECORDING:
        return messages(source.path)
    name = hashlib.sha256(os.fsencode(source.path)).hexdigest()[:32]
    return number(source.bodies, session=f"{OF_FILE}{name}")


def _recording(path: Path, unchosen: tuple[str, ...]) -> FileSource:
    return FileSource(path, RECORDING, recording_bodies(path), unchosen=unchosen)
