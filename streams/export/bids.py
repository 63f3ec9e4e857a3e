"""Sessions as a BIDS data set: `mrs/` with sidecars, and `events.tsv`.

Follows BIDS 1.10 (magnetic resonance spectroscopy, BEP022).  Metabolite transients are
`_svs`, the water reference `_mrsref`, noise `_unloc` under `rec-noise`.  Onsets count
from the first transient stored in the file that the events belong to; transients that
came late are put where they belong in time.  Series acquired otherwise become runs.
What the recording does not know is absent, never made up.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from streams.errors import InputError
from streams.export.atomic import replacing
from streams.export.nifti_mrs import PROGRAM, program_version, write_recorded
from streams.export.recorded import Recorded, collect, numbered, without_notes
from streams.transient import Event, Kind, Message

BIDS_VERSION = "1.10.0"
SUFFIXES = {Kind.METABOLITE: "svs", Kind.WATER: "mrsref", Kind.NOISE: "unloc"}
TIMING_TOLERANCE_S = 1e-3
EVENT_COLUMNS = {
    "onset": {
        "Description": "Scanner time since the first stored transient",
        "Units": "s",
    },
    "duration": {
        "Description": "From an infusion_start to its infusion_stop, else 0",
        "Units": "s",
    },
    "trial_type": {"Description": "What happened"},
    "details": {"Description": "Dose, corrected period or the like"},
    "author": {"Description": "Who or what marked it, as a role"},
}


def write_bids(
    folder: Path,
    messages: Iterable[Message],
    subject: str,
    session: str = "",
    task: str = "",
    recording: Path | None = None,
    notes: bool = False,
) -> list[Path]:
    """Write a session into a BIDS data set (made where absent); return the files.

    Parameters
    ----------
    folder : of the data set
    subject, session, task : labels, letters and digits; session and task may be empty
    recording : copied to `sourcedata/` where given, as it is, its notes in it
    notes : also the text of free notes, which may name a person

    Raises
    ------
    InputError : a label that BIDS does not allow, no transient, or not writable
    """
    labels = {"sub": subject, "ses": session, "task": task}
    _check_labels(labels)
    collected = collect(messages)
    if not notes:
        collected = [without_notes(recorded) for recorded in collected]
    groups = numbered(map(in_time_order, collected))
    if not groups:
        raise InputError("The recording holds no transient, nothing can be exported.")
    parts = [f"{key}-{label}" for key, label in labels.items() if label]
    place = Path(*(part for part in parts if not part.startswith("task-")))
    runs = max(number for number, _ in groups)
    written = _write_description(folder)
    for number, recorded in groups:
        run = [f"run-{number}"] if runs > 1 else []
        stem = "_".join([*parts, *run])
        target = folder / place / "mrs" / stem
        references = _references(place, stem, number, groups)
        written += _write_series(target, recorded, references)
        if recorded.kind is Kind.METABOLITE and recorded.events:
            written += _write_events(target, recorded)
    if recording is not None:
        written.append(_copied(recording, folder / "sourcedata" / place))
    return written


def in_time_order(recorded: Recorded) -> Recorded:
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
    if kind is Kind.NOISE:
        before, run, after = stem.partition("_run-")
        stem = f"{before}_rec-noise{run}{after}"
    return f"{stem}_{SUFFIXES[kind]}"


def _references(
    place: Path, stem: str, number: int, groups: Sequence[tuple[int, Recorded]]
) -> list[str]:
    """BIDS URIs of the water references of a series."""
    name = f"{place.as_posix()}/mrs/{_stem(stem, Kind.WATER)}.nii.gz"
    kinds = [recorded.kind for other, recorded in groups if other == number]
    return [f"bids::{name}"] if Kind.WATER in kinds else []


def _write_series(
    target: Path, recorded: Recorded, references: list[str]
) -> list[Path]:
    stem = _stem(target.name, recorded.kind)
    image = target.with_name(f"{stem}.nii.gz")
    text = target.with_name(f"{stem}.json")
    write_recorded(image, recorded)
    _write_json(text, sidecar(recorded, references))
    return [image, text]


def sidecar(recorded: Recorded, references: Sequence[str] = ()) -> dict[str, Any]:
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


def _timing(recorded: Recorded) -> dict[str, Any]:
    """RepetitionTime where the times follow it, else VolumeTiming: one of the two."""
    step_s = recorded.acquisition.repetition_time_s
    onsets = [time_s - recorded.times_s[0] for time_s in recorded.times_s]
    regular = step_s is not None and all(
        abs(onset - index * step_s) <= TIMING_TOLERANCE_S
        for index, onset in enumerate(onsets)
    )
    return {"RepetitionTime": step_s} if regular else {"VolumeTiming": onsets}


def _write_events(target: Path, recorded: Recorded) -> list[Path]:
    table = target.with_name(f"{target.name}_events.tsv")
    text = target.with_name(f"{target.name}_events.json")
    with replacing(table) as file:
        file.write(events_table(recorded.events, recorded.times_s[0]).encode())
    _write_json(text, EVENT_COLUMNS)
    return [table, text]


def events_table(events: Sequence[Event], first_s: float) -> str:
    """Return `events.tsv`, rows by onset."""
    ordered = sorted(events, key=lambda event: event.time_s)
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(EVENT_COLUMNS)
    for index, event in enumerate(ordered):
        writer.writerow(
            [
                repr(event.time_s - first_s),
                _duration(event, ordered[index + 1 :]),
                _field(event.kind),
                _field(event.text),
                _field(event.author),
            ]
        )
    return text.getvalue()


def _duration(event: Event, later: Iterable[Event]) -> str:
    """Seconds of an infusion; n/a for one whose end is not in the recording."""
    if event.kind != "infusion_start":
        return "0"
    stops = (other for other in later if other.kind == "infusion_stop")
    stop = next(stops, None)
    return "n/a" if stop is None else repr(stop.time_s - event.time_s)


def _field(text: str) -> str:
    """One line without tabs; n/a where empty, as BIDS wants it."""
    return " ".join(text.split()) or "n/a"


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


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    with replacing(path) as file:
        file.write(json.dumps(content, indent=2).encode() + b"\n")


def _copied(recording: Path, folder: Path) -> Path:
    target = folder / recording.name
    try:
        with recording.open("rb") as source, replacing(target) as file:
            shutil.copyfileobj(source, file)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"{recording} cannot be read: {reason}.") from None
    return target
