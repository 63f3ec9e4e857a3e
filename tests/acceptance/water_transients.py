"""10,000 water transients in every scheme: how many would enter a metabolite window?

    python tests/acceptance/water_transients.py 10000 --seed 1
    python tests/acceptance/water_transients.py --sweep --seed 1

Announced ones come as an MRD stream with the protocol's rules or as a file beside;
unannounced ones as metabolites, in which only measurement can find them.  What the
filter before the pipeline lets through as metabolites is compared, bit by bit, with
what was made.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import mrd_sender as mrd
from water_made import (
    RESIDUAL,
    Scan,
    log_uniform,
    made_fid,
    random_scan,
    random_water,
)

from monitor.run.water_gate import WaterGate
from monitor.study.water_pairs import waters_beside
from streams.export.nifti_mrs import write_session
from streams.messages.transient import (
    Acquisition,
    Body,
    End,
    Kind,
    Message,
    Start,
    Transient,
    number,
)
from streams.sources.files.mrd_stream import bodies as mrd_bodies
from streams.sources.files.open_file import messages_of, open_source
from streams.sources.mrd.rules import MrdRules, rules_from

OFF = (
    "<userParameterString><name>WaterSaturation</name>"
    "<value>WATER_SUPPRESSION_RF_OFF</value></userParameterString>"
)
Places = np.ndarray  # (transients,) whether water
Made = list[tuple[np.ndarray, bool]]


def places(rng: np.random.Generator, scheme: str) -> Places:
    """Which transients of a session are water."""
    count, few = int(rng.integers(24, 48)), int(rng.integers(1, 9))
    place = np.arange(count)
    chosen = {
        "first": place < 2 * few,
        "last": place >= count - 2 * few,
        "both": (place < few) | (place >= count - few),
        "every": place % (1 + few) == 0,
        "scattered": rng.random(count) < 0.3,
    }
    return chosen[scheme]


def made_session(rng: np.random.Generator, scan: Scan, water: Places) -> Made:
    """FIDs, each with whether it is water; the usual residual is the session's."""
    usual = log_uniform(rng, *RESIDUAL)
    sizes = (
        random_water(rng) if is_water else usual * rng.uniform(0.5, 2)
        for is_water in water
    )
    pairs = zip(sizes, water, strict=True)
    return [(made_fid(rng, scan, size), bool(is_water)) for size, is_water in pairs]


def unannounced(made: Made, acquisition: Acquisition) -> list[Message]:
    """All of them as metabolites."""
    bodies = [
        Transient(n, 2.0 * n, Kind.METABOLITE, fid) for n, (fid, _) in enumerate(made)
    ]
    return list(number([Start(acquisition, "made"), *bodies, End(len(made), "end")]))


def opening(acquisition: Acquisition, last: int, also: str = "") -> bytes:
    """How a series begins on the wire."""
    points = acquisition.points
    head = mrd.header(
        received=points,
        points=points,
        last=last,
        dwell=mrd.DWELL_MS.format(1e3 * acquisition.dwell_time_s) + also,
    )
    hz = f"{1e6 * acquisition.spectrometer_frequency_mhz:.0f}"
    return mrd.config_bytes() + mrd.text_bytes(3, head.replace("123250000", hz))


def readouts(made: Made, acquisition: Acquisition, first: int = 0) -> Iterator[bytes]:
    """Acquisitions: water has phase 1 and set 3."""
    for n, (fid, water) in enumerate(made, first):
        yield mrd.acquisition_bytes(
            n,
            fid.conj(),
            idx={"phase": int(water), "set": 3 * water},
            sample_time_us=1e6 * acquisition.dwell_time_s,
        )


def by_mrd(
    folder: Path, made: Made, acquisition: Acquisition, rules: MrdRules
) -> list[Message]:
    """One series, its water by rules."""
    parts = (opening(acquisition, len(made) - 1), *readouts(made, acquisition))
    return _read(folder, b"".join((*parts, mrd.CLOSE)), rules)


def by_series(
    folder: Path, made: Made, acquisition: Acquisition, says: str
) -> list[Message]:
    """Water as a series of its own, before the other."""
    count = sum(water for _, water in made)
    parts = (
        opening(acquisition, count - 1, says),
        *readouts(made[:count], acquisition),
        mrd.CLOSE,
        opening(acquisition, len(made) - count - 1),
        *readouts(made[count:], acquisition, count),
        mrd.CLOSE,
    )
    return _read(folder, b"".join(parts), MrdRules())


def _read(folder: Path, content: bytes, rules: MrdRules) -> list[Message]:
    (folder / "saved.mrd").write_bytes(content)
    return list(number(mrd_bodies(folder / "saved.mrd", rules)))


def by_file(
    folder: Path, made: Made, acquisition: Acquisition, name: str
) -> list[Message]:
    """Two files: what a folder makes of them."""
    for old in folder.glob("*.nii.gz"):
        old.unlink()
    for stem, kind in (("sub-01_scan", False), (f"sub-01_{name}", True)):
        chosen = [entry for entry in made if entry[1] == kind]
        write_session(folder / f"{stem}.nii.gz", iter(unannounced(chosen, acquisition)))
    files = sorted(folder.glob("*.nii.gz"))
    return [
        message
        for path, water in waters_beside(files).items()
        for message in messages_of(open_source(path, water))
    ]


def rules_of(scheme: str, water: Places) -> MrdRules:
    """The rule that a site would give."""
    few = int(water.sum())
    fields: dict[str, dict[str, int | str]] = {
        "first": {"water_first": few},
        "last": {"water_last": few},
        "both": {"water_first": few // 2, "water_last": few // 2},
        "every": {"water_every": int(np.diff(np.flatnonzero(water))[0])},
        "phase": {"water_counter": "phase", "water_value": 1},
        "set": {"water_set": 3},
        "too few": {"water_first": max(1, few // 2)},
    }
    return rules_from(fields[scheme], "made")


Scheme = Callable[[np.random.Generator, Path, Scan], tuple[Made, list[Message]]]


def announced(placed: str, rule: str) -> Scheme:
    """An MRD stream with a rule."""

    def make(
        rng: np.random.Generator, folder: Path, scan: Scan
    ) -> tuple[Made, list[Message]]:
        water = places(rng, placed)
        made = made_session(rng, scan, water)
        return made, by_mrd(folder, made, scan.acquisition, rules_of(rule, water))

    return make


def measured(placed: str) -> Scheme:
    """Transients that all came as metabolites."""

    def make(
        rng: np.random.Generator, folder: Path, scan: Scan
    ) -> tuple[Made, list[Message]]:
        made = made_session(rng, scan, places(rng, placed))
        return made, unannounced(made, scan.acquisition)

    return make


def apart(
    write: Callable[[Path, Made, Acquisition, str], list[Message]], says: str
) -> Scheme:
    """Water in a series or a file of its own."""

    def make(
        rng: np.random.Generator, folder: Path, scan: Scan
    ) -> tuple[Made, list[Message]]:
        made = made_session(rng, scan, places(rng, "first"))
        return made, write(folder, made, scan.acquisition, says)

    return make


SCHEMES: dict[str, Scheme] = {
    "first": announced("first", "first"),
    "last": announced("last", "last"),
    "before and after": announced("both", "both"),
    "every nth": announced("every", "every"),
    "by a counter (phase)": announced("scattered", "phase"),
    "by set": announced("scattered", "set"),
    "more than was announced": announced("first", "too few"),
    "another series, suppression said off": apart(by_series, OFF),
    "another series, nothing said": apart(by_series, ""),
    "a file beside, named as water": apart(by_file, "water"),
    "a file beside, by measurement": apart(by_file, "other"),
    "unannounced, first": measured("first"),
    "unannounced, last": measured("last"),
    "unannounced, before and after": measured("both"),
    "unannounced, every nth": measured("every"),
    "unannounced, scattered": measured("scattered"),
}


def passed_as_metabolites(messages: Iterable[Message]) -> set[bytes]:
    """FIDs, as bytes, that a window would be made of."""
    gate, found = WaterGate(), set()
    for message in messages:
        for after in gate.filter(message).messages:
            body: Body = after.body
            if isinstance(body, Transient) and body.kind == Kind.METABOLITE:
                found.add(body.fid.tobytes())
    return found


def count_entered(made: Made, messages: Iterable[Message]) -> Counter[str]:
    """Tried and wrong of either kind."""
    taken = passed_as_metabolites(messages)
    counts = Counter[str]()
    for fid, water in made:
        inside = fid.tobytes() in taken
        counts["water" if water else "metabolites"] += 1
        counts["entered"] += water and inside
        counts["taken as water"] += not water and not inside
    return counts


def run(least: int, seed: int, told: bool = False) -> dict[str, Counter[str]]:
    """All schemes in turn until there were so many water transients."""
    rng = np.random.default_rng(seed)
    counts = {name: Counter[str]() for name in SCHEMES}
    with tempfile.TemporaryDirectory() as place:
        while sum(c["water"] for c in counts.values()) < least:
            for name, scheme in SCHEMES.items():
                scan = random_scan(rng)
                made, messages = scheme(rng, Path(place), scan)
                found = count_entered(made, messages)
                counts[name] += found
                if told and (found["entered"] or found["taken as water"]):
                    print(name, dict(found), replace(scan, coils=np.zeros(0)))
    return counts


COLUMNS = ("water", "entered", "metabolites", "taken as water")


def table(counts: dict[str, Counter[str]]) -> str:
    """As it stands in `water_transients.md`."""
    total = sum(counts.values(), Counter[str]())
    rows = [*counts.items(), ("sum", total)]
    return "\n".join(
        f"| {name} | {' | '.join(str(c[column]) for column in COLUMNS)} |"
        for name, c in rows
    )


def sweep(seed: int, each: int = 300) -> Iterator[str]:
    """How many of so much water are taken as water: at first, and after others."""
    for water in (20, 50, 80, 100, 150, 200, 300, 400, 600, 1000, 2000):
        rng = np.random.default_rng(seed)
        first = later = 0
        for _ in range(each):
            scan = random_scan(rng)
            usual = log_uniform(rng, RESIDUAL[0], min(RESIDUAL[1], water / 20))
            before = [(made_fid(rng, scan, usual), False) for _ in range(4)]
            made = [(made_fid(rng, scan, float(water)), True)]
            first += not count_entered(made, unannounced(made, scan.acquisition))[
                "entered"
            ]
            whole = before + made
            later += not count_entered(whole, unannounced(whole, scan.acquisition))[
                "entered"
            ]
        yield f"| {water} | {100 * first / each:.0f} | {100 * later / each:.0f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sweep", action="store_true")
    wanted = parser.parse_args()
    if wanted.sweep:
        for row in sweep(wanted.seed):
            print(row, flush=True)
        return
    print(table(run(wanted.count, wanted.seed, told=True)))


if __name__ == "__main__":
    main()
