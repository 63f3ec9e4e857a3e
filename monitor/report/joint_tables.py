"""Tables of the joint fits and of the plasma curve."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from monitor.analysis.signal.spectrum import Real
from monitor.analysis.tracking.comparison import Compared, Comparison, PlasmaCurve
from monitor.analysis.tracking.tracker import TRACKED
from monitor.report.tables import Row, write_csv

KINDS = ("end", "end_sd", "largest", "largest_sd")


def write_joint(path: Path, comparison: Comparison) -> None:
    """Write `joint.csv`, a row per response model, the likeliest first."""
    head = [
        "model",
        "weight",
        "undecided",
        "shape",
        "parameters",
        "log_likelihood",
        "log_evidence",
        "bic",
        "aicc",
        "end_t_s",
    ]
    changes = [f"{name}_{kind}" for name in TRACKED for kind in KINDS]
    rows = (_row(one, comparison) for one in comparison.models)
    write_csv(path, [*head, *changes], rows)


def _row(one: Compared, comparison: Comparison) -> Row:
    fit = one.fit
    row: Row = {
        "model": fit.model,
        "shape": ";".join(f"{name}={value:g}" for name, value in fit.shape.items()),
        "parameters": fit.parameters,
        "log_likelihood": fit.log_likelihood,
        "bic": fit.bic,
        "log_evidence": fit.evidence,
        "aicc": fit.aicc,
        "weight": one.weight,
        "undecided": fit.model in comparison.undecided,
        "end_t_s": comparison.end_s,
    }
    for name in TRACKED:
        row[f"{name}_end"] = one.end_percent.get(name)
        row[f"{name}_end_sd"] = one.end_sd_percent.get(name)
        row[f"{name}_largest"] = one.largest_percent.get(name)
        row[f"{name}_largest_sd"] = one.largest_sd_percent.get(name)
    return row


def write_joint_course(path: Path, comparison: Comparison) -> None:
    """Write `joint_course.csv`: every model's curve, a row per time."""
    names = [column for name in TRACKED for column in (name, f"{name}_sd")]
    rows = (
        _curve_row(one, i)
        for one in comparison.models
        for i in range(len(one.fit.time_s))
    )
    write_csv(path, ["model", "t_s", *names], rows)


def _curve_row(one: Compared, i: int) -> Row:
    fit = one.fit
    row: Row = {"model": fit.model, "t_s": float(fit.time_s[i])}
    for name in TRACKED:
        known = name in fit.changes
        row[name] = float(fit.changes[name][i]) if known else None
        row[f"{name}_sd"] = float(fit.sds[name][i]) if known else None
    return row


def write_plasma(path: Path, time_s: Real, curves: Sequence[PlasmaCurve]) -> None:
    """Write `plasma.csv`: each model's level over that at the infusion's end.

    With a dose also the level in ng/ml.
    """
    columns: dict[str, Real] = {"t_s": time_s}
    for curve in curves:
        columns[f"{curve.model}_relative"] = curve.relative
        if curve.level_ng_per_ml is not None:
            columns[f"{curve.model}_ng_per_ml"] = curve.level_ng_per_ml
    rows: Iterable[Row] = (
        {name: float(values[i]) for name, values in columns.items()}
        for i in range(len(time_s))
    )
    write_csv(path, list(columns), rows)
