"""Tables of what simulated sessions gave, in Markdown.

    python tests/acceptance/change_summary.py FILE.npz ...

Standard errors are over sessions (a session's errors are correlated).  `stated` is the
root mean square of the SDs, `worst bin` the lowest coverage of any two minutes.
"""

import sys
from pathlib import Path

import numpy as np

OUTCOMES = ("Glu", "Glx", "Glx/tNAA", "Glu/tCr")
BIN_S = 120.0
HEADLINE = 2


def errors(found, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Errors and SDs (sessions, n, outcomes) during the infusion, and times (n,)."""
    if name in ("window", "joint"):
        times_s, truth = found[f"{name}_t"], found[f"{name}_truth"]
    else:
        times_s, truth = found["t"], found["truth"]
    start_s = found["window_t"].min() - 32.0
    inside = times_s[0] >= start_s
    error, sd = found[name] - truth, found[f"{name}_sd"]
    return error[:, inside], sd[:, inside], times_s[0][inside]


def line(found, name: str, k: int) -> dict[str, float]:
    """Numbers of one estimator and outcome."""
    error, sd, times_s = errors(found, name)
    e, s = error[..., k], sd[..., k]
    inside = np.abs(e) < 1.96 * s
    bins = ((times_s - times_s[0]) // BIN_S).astype(int)
    per_session = e.mean(axis=1)
    return {
        "rmse": np.sqrt(np.mean(e**2)),
        "stated": np.sqrt(np.mean(s**2)),
        "cover": inside.mean(),
        "worst": min(inside[:, bins == b].mean() for b in np.unique(bins)),
        "bias": per_session.mean(),
        "se": per_session.std(ddof=1) / np.sqrt(len(e)),
    }


def sliding_rmse(found, k: int) -> float:
    """Error of the sliding window against the truth at its last transient."""
    return float(
        np.sqrt(np.mean((found["sliding"] - found["sliding_truth"])[..., k] ** 2))
    )


def plateau(found, name: str, k: int) -> tuple[float, float]:
    """Mean bias of the last five minutes and its standard error."""
    error, _, times_s = errors(found, name)
    late = error[:, times_s > times_s[-1] - 300.0, k].mean(axis=1)
    return late.mean(), late.std(ddof=1) / np.sqrt(len(late))


def answered(found, k: int) -> tuple[int, float]:
    """Sessions that said "changed" and the median time from the infusion's start, s."""
    since = found["since"][:, k]
    start_s = found["window_t"].min() - 32.0
    late = np.where(np.isnan(since), np.inf, since - start_s)
    return int(np.isfinite(late).sum()), float(np.median(late))


def table(found) -> str:
    """Everything of one kind of session."""
    heads = ("outcome", "estimate", "RMSE", "stated SD", "95 % covers", "worst bin",
             "bias (SE)")  # fmt: skip
    rows = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for k in (HEADLINE, 3):
        rows.append(f"| {OUTCOMES[k]} | window of 32 at its end | "
                    f"{sliding_rmse(found, k):.2f} | | | | |")  # fmt: skip
        for name in ("window", "filtered", "free", "smooth", "joint"):
            n = line(found, name, k)
            rows.append(
                f"| {OUTCOMES[k]} | {name} | {n['rmse']:.2f} | {n['stated']:.2f} | "
                f"{100 * n['cover']:.1f} % | {100 * n['worst']:.0f} % | "
                f"{n['bias']:+.2f} ({n['se']:.2f}) |"
            )
        late = ", ".join(
            "{}: {:+.2f} ({:.2f})".format(name, *plateau(found, name, k))
            for name in ("window", "filtered", "smooth")
        )
        count, median_s = answered(found, k)
        rows.append(f"| {OUTCOMES[k]} | last 5 min, bias (SE) | {late} | | | | |")
        rows.append(f"| {OUTCOMES[k]} | says changed | {count} of {len(found['t'])}, "
                    f"median after {median_s:.0f} s | | | | |")  # fmt: skip
    return "\n".join(rows)


if __name__ == "__main__":
    for file in sys.argv[1:]:
        found = dict(np.load(file))
        print(f"\n## {Path(file).stem}, {len(found['t'])} sessions\n\n{table(found)}")
