"""Points before the top of the echo: how often is it said, and how often rightly?

    python tests/acceptance/first_order.py --n 300 --seed 1

n made mean FIDs with 1 to 24 points before the top and n without any
(`first_order_cases`): fields, contents, residual water up to 20 times NAA, an SNR of
the mean from 5 to 50; half of them with the frequency up to 0.5 ppm off.  The lines are
looked for as the pipeline does it.  The basis set has ideal pulses at 1.5 T, is the
bundled one at 3 and 7 T, and has the macromolecules of the prior.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from first_order_cases import BRAIN, CONTENTS, FIELDS, KINDS, Case, fid_of

from monitor.analysis.fit.first_order import FirstOrder, first_order
from monitor.analysis.fit.model import Model
from monitor.analysis.fit.model_for import with_prior
from monitor.analysis.preparation.line_offset import line_offset_hz, moved_by
from monitor.basis.files import load_basis
from streams.spins import simulate

BUNDLED = {"3T": "press_3t_te30", "7T": "slaser_7t_te34"}
BAND_PPM = 0.2, 4.2


@lru_cache(maxsize=8)
def model_of(field: str, content: str) -> Model:
    """What a session of this field would be fitted with."""
    made = FIELDS[field]
    if field in BUNDLED:
        basis = load_basis(BUNDLED[field]).resampled(
            made.dwell_time_s, made.points, made.frequency_mhz
        )
        names, fids = basis.names, basis.fids
    else:
        names = ("Ala", "Asc", *BRAIN, "sI")
        each = simulate(
            names, made.sequence, made.frequency_mhz, made.dwell_time_s, made.points
        )
        fids = np.stack([each[name] for name in names])
    model = Model(
        names, fids, np.zeros(len(names), bool), made.dwell_time_s, made.frequency_mhz,
        *BAND_PPM,
    )  # fmt: skip
    proton = float(np.abs(fids[names.index("Cr")][:8]).max()) / 5
    return model if content == "sphere" else with_prior(model, proton)


def random_case(rng: np.random.Generator, points: bool, seed: int) -> Case:
    """One case, with points before the top or without."""
    off = rng.random() < 0.5
    return Case(
        str(rng.choice(list(FIELDS))), str(rng.choice(list(CONTENTS))),
        str(rng.choice(KINDS)), int(rng.integers(1, 25)) if points else 0,
        float(np.exp(rng.uniform(np.log(5), np.log(50)))),
        float(rng.choice([0, 0, 1, 5, 20])),
        float(rng.uniform(-0.5, 0.5) if off else rng.normal(0, 0.02)), seed,
    )  # fmt: skip


def found_in(case: Case) -> tuple[FirstOrder | None, float]:
    """What is told of a case, and where its lines are looked for, ppm."""
    model, fid = model_of(case.field, case.content), fid_of(case)
    dwell_s, mhz = model.dwell_time_s, model.frequency_mhz
    offset_hz = line_offset_hz(fid, dwell_s, mhz)
    placed = moved_by(fid, dwell_s, -offset_hz)
    found = first_order(model, placed, 1 / case.snr, offset_hz / mhz)
    return found, offset_hz / mhz


def cases(n: int, seed: int, points: bool) -> Iterator[Case]:
    """So many cases."""
    rng = np.random.default_rng([seed, points])
    for i in range(n):
        yield random_case(rng, points, 1_000_000 * seed + 2 * i + points)


Row = tuple[Case, FirstOrder | None, float]


def right(case: Case, found: FirstOrder) -> bool:
    """Whether the number is right within a point, and some where there are some."""
    return bool(case.before) and abs(found.points - case.before) <= 1


def tallies(rows: list[Row]) -> tuple[int, int, int]:
    """Cases, told, rightly told."""
    told = [(case, found) for case, found, _ in rows if found is not None]
    return len(rows), len(told), sum(right(*one) for one in told)


def table(rows: list[Row]) -> Iterator[str]:
    """Lines of the table."""
    yield "| cases | n | told | right within 1 point |"
    yield "|---|---|---|---|"
    parts = {
        "all": lambda c: True,
        **{f: lambda c, f=f: c.field == f for f in FIELDS},
        **{t: lambda c, t=t: c.content == t for t in CONTENTS},
        **{k: lambda c, k=k: c.kind == k for k in KINDS},
        "without water": lambda c: not c.water,
        "water 5 or 20 times NAA": lambda c: c.water >= 5,
        "SNR 5-10": lambda c: c.snr < 10,
        "SNR 10-20": lambda c: 10 <= c.snr < 20,
        "SNR 20-50": lambda c: c.snr >= 20,
        "1-2 points": lambda c: 1 <= c.before <= 2,
        "3-8 points": lambda c: 3 <= c.before <= 8,
        "9-24 points": lambda c: c.before >= 9,
        "0.12-0.5 ppm off": lambda c: abs(c.offset_ppm) > 0.12,
    }
    for name, of in parts.items():
        n, told, good = tallies([row for row in rows if of(row[0])])
        if n:
            yield f"| {name} | {n} | {told} | {good} |"


def main() -> None:
    """Print both tables and what was wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--n", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    for points in (True, False):
        rows: list[Row] = [
            (case, *found_in(case)) for case in cases(asked.n, asked.seed, points)
        ]
        print("\nWith points before the top" if points else "\nWithout", "\n")
        print("\n".join(table(rows)))
        far = [r for r in rows if abs(r[2] - r[0].offset_ppm) > 0.15]
        print(f"\nlines looked for elsewhere: {len(far)} of {len(rows)}")
        for case, found, offset in rows:
            if found is not None and not right(case, found):
                print("wrong:", case, found, round(offset, 2))
        for case, _, offset in far:
            print("elsewhere:", case, round(offset, 2))


if __name__ == "__main__":
    main()
