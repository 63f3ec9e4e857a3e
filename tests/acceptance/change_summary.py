"""Tables of what simulated sessions gave, in Markdown.

    python tests/acceptance/change_summary.py KIND FILE.npz ...

The files of one kind are put together.  Standard errors are over sessions (a session's
errors are correlated).  `stated` is the root mean square of the SDs, `worst bin` the
lowest coverage of any two minutes of the infusion, over all sessions.
"""

import sys
from collections import Counter
from pathlib import Path

import numpy as np
from change_sessions import LENGTHS, OUTCOMES, START_S, STOP_S, stacked

from monitor.analysis.tracking.comparison import UNDECIDED
from monitor.analysis.tracking.joint_models import MODELS

BIN_S = 120.0
HEADLINE, GLU = 2, 3
NAMES = ("window", "filtered", "free", "smooth", "joint")
Found = dict[str, np.ndarray]


def together(files: list[Path]) -> Found:
    """Sessions of several files, one after the other."""
    parts = [dict(np.load(file)) for file in files]
    sessions = [{k: p[k][i] for k in p} for p in parts for i in range(len(p["best"]))]
    return stacked(sessions)


def errors(found: Found, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Errors and SDs (sessions, n, outcomes) in the infusion, nan elsewhere; times."""
    own = name in ("window", "joint")
    times_s = found[f"{name}_t" if own else "t"]
    truth = found[f"{name}_truth" if own else "truth"]
    outside = ~(times_s >= START_S - 1)
    error, sd = found[name] - truth, found[f"{name}_sd"].copy()
    error[outside], sd[outside] = np.nan, np.nan
    return error, sd, times_s


def over_sessions(values: np.ndarray) -> tuple[float, float]:
    """Mean over sessions and its standard error."""
    mean = values.mean()
    return float(mean), float(values.std(ddof=1) / np.sqrt(len(values)))


def line(found: Found, name: str, k: int) -> dict[str, float]:
    """Numbers of one estimator and outcome."""
    error, sd, times_s = errors(found, name)
    e, s = error[..., k], sd[..., k]
    inside = np.where(np.isnan(e), np.nan, np.abs(e) < 1.96 * s)
    bins = np.where(np.isnan(e), -1, (times_s - START_S + 1) // BIN_S)
    last = int((np.nanmax(times_s) - START_S) // BIN_S)
    cover, cover_se = over_sessions(np.nanmean(inside, axis=1))
    bias, bias_se = over_sessions(np.nanmean(e, axis=1))
    worst = [np.nanmean(inside[bins == b]) for b in range(last) if (bins == b).any()]
    return {
        "rmse": np.sqrt(np.nanmean(e**2)), "stated": np.sqrt(np.nanmean(s**2)),
        "cover": cover, "cover_se": cover_se, "worst": min(worst),
        "bias": bias, "se": bias_se,
    }  # fmt: skip


def after_stop(found: Found, name: str, k: int) -> dict[str, float]:
    """Numbers of one estimator and outcome after the infusion has stopped."""
    error, sd, times_s = errors(found, name)
    late = times_s > STOP_S + 1
    e, s = (np.where(late, x[..., k], np.nan) for x in (error, sd))
    inside = np.where(np.isnan(e), np.nan, np.abs(e) < 1.96 * s)
    bins = np.where(late, (times_s - STOP_S - 1) // BIN_S, -1)
    whole = range(int(bins.max()))  # the last one is a fragment
    return {
        "rmse": np.sqrt(np.nanmean(e**2)), "stated": np.sqrt(np.nanmean(s**2)),
        "cover": np.nanmean(inside),
        "worst": min(np.nanmean(inside[bins == b]) for b in whole),
    }  # fmt: skip


def hindsight(found: Found, k: int) -> dict[int, float]:
    """RMSE of sliding windows at their last transient, by length."""
    mean = np.mean(found["hindsight"][..., k], axis=0)
    return dict(zip(LENGTHS, np.sqrt(mean).tolist(), strict=True))


def plateau(found: Found, name: str, k: int) -> tuple[float, float]:
    """Mean bias of the last five minutes and its standard error."""
    error, _, times_s = errors(found, name)
    late = np.where(times_s > np.nanmax(times_s) - 300.0, error[..., k], np.nan)
    return over_sessions(np.nanmean(late, axis=1))


def answered(found: Found, k: int) -> tuple[int, float]:
    """Sessions that said "changed" and the median time from the infusion's start, s."""
    since = found["since"][:, k]
    late = np.where(np.isnan(since), np.inf, since - START_S + 1)
    return int(np.isfinite(late).sum()), float(np.median(late))


def mean_shift(found: Found, k: int) -> tuple[float, float]:
    """Error of the mean since the infusion began, over sessions."""
    return over_sessions((found["mean"] - found["mean_truth"])[:, k])


def ratios(found: Found, k: int) -> dict[str, float]:
    """Errors against each other, as the issue asks for them."""
    rmse = {name: line(found, name, k)["rmse"] for name in NAMES}
    windows = hindsight(found, k)
    return {
        "free / window of 32": rmse["free"] / windows[32],
        "free / best length": rmse["free"] / min(windows.values()),
        "tied / free": rmse["filtered"] / rmse["free"],
        "smooth / tied": rmse["smooth"] / rmse["filtered"],
        "joint / smooth": rmse["joint"] / rmse["smooth"],
    }


def table(found: Found) -> str:
    """Everything of one kind of session."""
    heads = ("outcome", "estimate", "RMSE", "stated SD", "95 % covers (SE)",
             "worst bin", "bias (SE)", "last 5 min (SE)")  # fmt: skip
    rows = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for k in (HEADLINE, GLU):
        for name in NAMES:
            n, late = line(found, name, k), plateau(found, name, k)
            rows.append(
                f"| {OUTCOMES[k]} | {name} | {n['rmse']:.2f} | {n['stated']:.2f} | "
                f"{100 * n['cover']:.1f} ({100 * n['cover_se']:.1f}) | "
                f"{100 * n['worst']:.0f} % | {n['bias']:+.2f} ({n['se']:.2f}) | "
                f"{late[0]:+.2f} ({late[1]:.2f}) |"
            )
    return "\n".join(rows)


def words(found: Found) -> str:
    """What stands below the table."""
    rows, count = [], len(found["best"])
    for k in (HEADLINE, GLU):
        said, median_s = answered(found, k)
        windows = ", ".join(f"{n}: {e:.2f}" for n, e in hindsight(found, k).items())
        against = ", ".join(f"{n} {v:.2f}" for n, v in ratios(found, k).items())
        shift, se = mean_shift(found, k)
        rows += [
            f"- {OUTCOMES[k]}: says changed in {said} of {count}, median after "
            f"{median_s:.0f} s; mean since the start, error {shift:+.2f} (SE {se:.2f})",
            f"  - sliding windows at their end, RMSE by length: {windows}",
            f"  - errors against each other: {against}",
        ]
    best = Counter(found["best"].tolist()).most_common()
    right = int(np.sum(found["best"] == found["right"]))
    named = ", ".join(f"{name} {n}" for name, n in best)
    places = [[m.name for m in MODELS].index(name) for name in found["right"]]
    behind = found["bic"][np.arange(count), places] - found["bic"].min(axis=1)
    near = int(np.sum(behind < UNDECIDED))
    rows.append(f"- best BIC: {named}; the right model is best in {right} of {count}, "
                f"and not to be told from the best in {near}")  # fmt: skip
    return "\n".join(rows)


def stopped(kind: str, found: Found) -> str:
    """Rows of the table of what follows the stop of the infusion."""
    rows = []
    for k in (HEADLINE, GLU):
        for name in ("filtered", "free", "smooth"):
            during, n = line(found, name, k), after_stop(found, name, k)
            rows.append(
                f"| {kind} | {OUTCOMES[k]} | {name} | {n['rmse']:.2f} | "
                f"{n['stated']:.2f} | {100 * n['cover']:.0f} | "
                f"{100 * n['worst']:.0f} | {100 * during['worst']:.0f} |"
            )
    return "\n".join(rows)


def short(kind: str, found: Found) -> str:
    """One row of the table of courses for each outcome."""
    rows = []
    for k in (HEADLINE, GLU):
        windows = hindsight(found, k)
        best = min(windows, key=lambda n: windows[n])
        rmse = {name: line(found, name, k) for name in NAMES}
        r = ratios(found, k)
        cover = " / ".join(f"{100 * rmse[n]['cover']:.0f}" for n in NAMES)
        rows.append(
            f"| {kind} | {OUTCOMES[k]} | {windows[32]:.2f} | {windows[best]:.2f} "
            f"({best}) | {rmse['free']['rmse']:.2f} | {rmse['filtered']['rmse']:.2f} | "
            f"{rmse['smooth']['rmse']:.2f} | {rmse['joint']['rmse']:.2f} | "
            f"{r['free / window of 32']:.2f} | {r['free / best length']:.2f} | "
            f"{r['smooth / tied']:.2f} | {r['joint / smooth']:.2f} | {cover} |"
        )
    return "\n".join(rows)


if __name__ == "__main__":
    kind, *files = sys.argv[1:]
    found = together([Path(file) for file in files])
    print(f"\n## {kind}, {len(found['best'])} sessions\n\n{table(found)}\n")
    print(words(found))
    print("\n" + short(kind, found))
    if kind.endswith("-stop"):
        print("\n" + stopped(kind, found))
