"""Sessions as a BIDS data set: `mrs/` with sidecars, and `events.tsv`.

Follows BIDS 1.10 (magnetic resonance spectroscopy, BEP022).  Metabolite transients are
`_svs`, the water reference `_mrsref`, noise `_unloc` under `rec-noise`.  Onsets count
from the first transient stored in the file that the events belong to; transients that
came late are put where they belong in time.  Series acquired otherwise become runs.
What the recording does not know is absent, never made up.
"""

from __future__ import annotations

import json
import re
import shutil
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from streams.errors import InputError
from streams.export.atomic import replacing
from streams.export.bids_events import EVENT_COLUMNS, events_table
from streams.export.nifti_mrs import write_recorded
from streams.export.sorted_series import TransientGroup, collect, number_groups
from streams.messages.transient import Kind, Message
from streams.messages.version import PROGRAM, program_version

BIDS_VERSION = "1.10.0"
SUFFIXES = {
    Kind.METABOLITE: "svs",
    Kind.WATER: "mrsref",
    Kind.NOISE: "unloc",
    Kind.MACROMOLECULE: "svs",
}
MARKED = {Kind.NOISE: "noise", Kind.MACROMOLECULE: "macromolecules"}
"""Kinds with an entity `rec` of their own."""
TIMING_TOLERANCE_S = 1e-3
PARTICIPANT = "participant_id"


def write_bids(
    folder: Path,
    messages: Iterable[Message],
    subject: str,
    session: str = "",
    recording: Path | None = None,
    notes: bool = False,
) -> list[Path]:
    """Write a session into a BIDS data set (made where absent); return the files.

    Parameters
    ----------
    folder : of the data set
    subject, session : labels, letters and digits; the session's may be empty
    recording : copied to `sourcedata/` where given, as it is, what was typed in it,
        but named as the session: the name of a file may hold that of a person
    notes : also what was typed in events, which may name a person

    Raises
    ------
    InputError : a label that BIDS does not allow, no transient, a session that stands
        there, or not writable
    """
    labels = {"sub": subject, "ses": session}
    _check_labels(labels)
    groups = number_groups(map(in_time_order, collect(messages, notes)))
    if not groups:
        raise InputError("The recording holds no transient, nothing can be exported.")
    parts = [f"{key}-{label}" for key, label in labels.items() if label]
    place, stem = Path(*parts), "_".join(parts)
    participants = _participants(folder)
    with _claim_folder(folder, place):
        written = _write_all(folder, place, stem, groups)
        if recording is not None:
            copy = folder / "sourcedata" / place / f"{stem}.mcap"
            written.append(_copy(recording, copy))
        description = _write_description(folder)
        return description + _write_participants(folder, participants) + written


def next_session(folder: Path, subject: str) -> str:
    """Label of the first session, 01 or above, that a subject does not have yet."""
    numbers = (f"{number:02d}" for number in count(1))
    return next(n for n in numbers if not (folder / f"sub-{subject}/ses-{n}").exists())


@contextmanager
def _claim_folder(folder: Path, place: Path) -> Iterator[None]:
    """A new folder for a session, removed again where it is not filled.

    Raises
    ------
    InputError : it exists already, or cannot be made
    """
    target = folder / place / "mrs"
    above = [parent for parent in target.parents if not parent.exists()]
    try:
        target.mkdir(parents=True)
    except FileExistsError:
        raise InputError(
            f"{folder.name} holds {place.as_posix()} already: give another --session, "
            "or take that one away first."
        ) from None
    except OSError as error:
        raise InputError(
            f"{target} cannot be made: {error.strerror}; choose another --out."
        ) from None
    try:
        yield
    except BaseException:
        shutil.rmtree(target)
        for parent in above:
            with suppress(OSError):  # not empty
                parent.rmdir()
        raise


def _write_all(
    folder: Path, place: Path, stem: str, groups: Sequence[tuple[int, TransientGroup]]
) -> list[Path]:
    """Write every series of a session, its events with it."""
    written: list[Path] = []
    runs = max(number for number, _ in groups)
    for number, recorded in groups:
        name = f"{stem}_run-{number}" if runs > 1 else stem
        target = folder / place / "mrs" / name
        references = _references(place, name, number, groups)
        written += _write_series(target, recorded, references)
        if recorded.kind is Kind.METABOLITE and recorded.events:
            written += _write_events(target, recorded)
    return written


def in_time_order(recorded: TransientGroup) -> TransientGroup:
    """The same transients by time: BIDS wants its VolumeTiming to rise."""
    order = sorted(range(len(recorded.times_s)), key=recorded.times_s.__getitem__)
    times_s = [recorded.times_s[index] for index in order]
    return replace(
        recorded,
        times_s=times_s,
        counts=[recorded.counts[index] for index in order],
        fids=[recorded.fids[index] for index in order],
        places=[bisect_left(times_s, event.time_s) for event in recorded.events],
    )


def _check_labels(labels: Mapping[str, str]) -> None:
    for key, label in labels.items():
        if re.fullmatch(r"[0-9a-zA-Z]*" if key != "sub" else r"[0-9a-zA-Z]+", label):
            continue
        raise InputError(
            f'BIDS label {key}-"{label}" may hold only letters and digits.'
        )


def _stem(stem: str, kind: Kind) -> str:
    """Add the entities and the suffix of a kind of transient."""
    if kind in MARKED:
        before, run, after = stem.partition("_run-")
        stem = f"{before}_rec-{MARKED[kind]}{run}{after}"
    return f"{stem}_{SUFFIXES[kind]}"


def _references(
    place: Path, stem: str, number: int, groups: Sequence[tuple[int, TransientGroup]]
) -> list[str]:
    """BIDS URIs of the water references of a series."""
    name = f"{place.as_posix()}/mrs/{_stem(stem, Kind.WATER)}.nii.gz"
    kinds = [recorded.kind for other, recorded in groups if other == number]
    return [f"bids::{name}"] if Kind.WATER in kinds else []


def _write_series(
    target: Path, recorded: TransientGroup, references: list[str]
) -> list[Path]:
    stem = _stem(target.name, recorded.kind)
    image = target.with_name(f"{stem}.nii.gz")
    text = target.with_name(f"{stem}.json")
    write_recorded(image, recorded)
    _write_json(text, sidecar(recorded, references))
    return [image, text]


def sidecar(recorded: TransientGroup, references: Sequence[str] = ()) -> dict[str, Any]:
    """Fields of the sidecar; frequency and nucleus as lists, as in the NIfTI header."""
    acquisition = recorded.acquisition
    coils, points = recorded.fids[0].shape
    suppressed = {Kind.WATER: False}.get(recorded.kind)
    is_metabolite = recorded.kind is Kind.METABOLITE
    fields: dict[str, Any] = {
        "ResonantNucleus": [acquisition.nucleus],
        "SpectrometerFrequency": [acquisition.spectrometer_frequency_mhz],
        "SpectralWidth": 1 / acquisition.dwell_time_s,
        "EchoTime": acquisition.echo_time_s,
        "MixingTime": acquisition.mixing_time_s,
        "InversionTime": acquisition.inversion_time_s,
        "NumberOfSpectralPoints": points,
        "NumberOfTransients": len(recorded.fids),
        "NumberReceiveCoilActiveElements": coils,
        "AcquisitionVoxelSize": acquisition.voxel_mm and list(acquisition.voxel_mm),
        "Manufacturer": acquisition.vendor or None,
        "ManufacturersModelName": acquisition.model or None,
        "SequenceName": acquisition.sequence or None,
        "WaterSuppression": suppressed,
        "ReferenceSignal": (list(references) or None) if is_metabolite else None,
        **_timing(recorded),
    }
    return {key: value for key, value in fields.items() if value is not None}


def _timing(recorded: TransientGroup) -> dict[str, Any]:
    """RepetitionTime where the times follow it, else VolumeTiming: one of the two."""
    step_s = recorded.acquisition.repetition_time_s
    onsets = [time_s - recorded.times_s[0] for time_s in recorded.times_s]
    regular = step_s is not None and all(
        abs(onset - index * step_s) <= TIMING_TOLERANCE_S
        for index, onset in enumerate(onsets)
    )
    return {"RepetitionTime": step_s} if regular else {"VolumeTiming": onsets}


def _write_events(target: Path, recorded: TransientGroup) -> list[Path]:
    table = target.with_name(f"{target.name}_events.tsv")
    text = target.with_name(f"{target.name}_events.json")
    with replacing(table) as file:
        file.write(events_table(recorded.events, recorded.times_s[0]).encode())
    _write_json(text, EVENT_COLUMNS)
    return [table, text]


def _write_description(folder: Path) -> list[Path]:
    """Write dataset_description.json where the data set has none."""
    path = folder / "dataset_description.json"
    if path.exists():
        return []
    content = {
        "Name": folder.name or "MRS sessions",
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": "raw",
        "GeneratedBy": [{"Name": PROGRAM, "Version": program_version()}],
    }
    _write_json(path, content)
    return [path]


def _participants(folder: Path) -> list[str]:
    """Lines of participants.tsv, the column names first; those alone where it is new.

    Raises
    ------
    InputError : it cannot be read, or is another table
    """
    path = folder / "participants.tsv"
    try:
        text = path.read_text(encoding="utf-8-sig") if path.exists() else PARTICIPANT
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path} cannot be read ({error}): make it a table of text, or take it "
            "away first."
        ) from None
    lines = [line for line in text.splitlines() if line.strip()] or [PARTICIPANT]
    if lines[0].split("\t")[0] != PARTICIPANT:
        raise InputError(
            f"The first column of {path} must be {PARTICIPANT}: put it first, or take "
            "the table away."
        )
    return lines


def _write_participants(folder: Path, lines: Sequence[str]) -> list[Path]:
    """Give every subject of the data set its row; other columns of a site stay."""
    path = folder / "participants.tsv"
    known = {line.split("\t")[0] for line in lines[1:]}
    subjects = sorted(place.name for place in folder.glob("sub-*") if place.is_dir())
    unknown = ["n/a"] * lines[0].count("\t")
    new = ["\t".join([name, *unknown]) for name in subjects if name not in known]
    if not new:
        return []
    with replacing(path) as file:
        file.write("".join(f"{line}\n" for line in [*lines, *new]).encode())
    return [path]


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    with replacing(path) as file:
        file.write(json.dumps(content, indent=2).encode() + b"\n")


def _copy(recording: Path, target: Path) -> Path:
    try:
        with recording.open("rb") as source, replacing(target) as file:
            shutil.copyfileobj(source, file)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"{recording} cannot be read: {reason}.") from None
    return target
