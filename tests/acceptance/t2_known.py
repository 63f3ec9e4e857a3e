"""Levels over known macromolecules in brains whose T2 are not those of the table.

    python tests/acceptance/t2_known.py [COUNT [SEED [AVERAGES [SETS]]]]

prints a table of `fit_accuracy.md`: spectra of the family "scanner" (`fit_sets`), whose
metabolites have the T2 that simulator and fit share, or T2 that scatter by 10 or 20 %
about it, independently of each other.  Six outcomes in each cell.
"""

from __future__ import annotations

import sys

import fit_accuracy
import numpy as np

OUTCOMES = ("Glu/tCr", "Glx/tCr", "Glx/tNAA", "tNAA/tCr", "tCho/tCr", "mI/tCr")
SCATTERS = (0.0, 0.1, 0.2)
SETS = ("press_3t_te30", "slaser_7t_te34")


def row(name: str, averages: int, scatter: float, found: fit_accuracy.Found) -> str:
    """One line of the table."""
    sd = 100 * np.sqrt(np.mean(found.stated**2, axis=0))
    figures = (100 * found.error.mean(axis=0), "+.1f"), (found.rmse, ".1f"), (sd, ".1f")
    cells = [" ".join(format(v, form) for v in values) for values, form in figures]
    covered = " ".join(f"{v:.0f}" for v in found.coverage)
    told = " | ".join((*cells, covered))
    return f"| {name} | {averages} | {100 * scatter:.0f} % | {told} |"


def main(count: int, seed: int, averages: int, sets: str) -> None:
    """Print the table."""
    print("| set | averages | T2 scatter by | bias % | RMSE % | SD % | coverage % |")
    print(7 * "|---" + "|")
    for name in sets.split(","):
        for scatter in SCATTERS:
            found = fit_accuracy.run(
                name, "scanner", averages, count, seed, None, scatter, OUTCOMES
            )
            print(row(name, averages, scatter, found), flush=True)


if __name__ == "__main__":
    given = sys.argv[1:]
    numbers = [int(text) for text in given[:3]]
    count, seed, averages = (*numbers, *(24, 411, 1024)[len(numbers) :])
    main(count, seed, averages, ",".join(given[3:] or SETS))
