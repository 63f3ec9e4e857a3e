"""A course of two epochs without a pipeline: what is in its transients is known.

Epoch 0 has 48 transients, the last 16 of them with a fifth more glutamate, epoch 1 has
32 of that with twice the gain.  One every 2 s; the first 32 are the reference period.
"""

from dataclasses import replace

import numpy as np
from fit_cases import CONCENTRATIONS, NAMES, line, make_model

from monitor.analysis.course.course import Course
from monitor.analysis.course.plan import Plan
from monitor.analysis.fit.freedom import Freedom
from monitor.analysis.fit.model import Model
from monitor.analysis.preparation.quality import Quality

TR_S = 2.0
PLAN = Plan(length=16, step=8, reference_s=(0.0, 64.0))
NOISE_SD = 1.0
"""Of one real component of a point of one transient."""
RISEN = 1.2
GAIN = 2.0


def quality(index: int, epoch: int = 0, **others: object) -> Quality:
    """Of a transient that counts whole, and was neither moved nor turned."""
    made = Quality(
        index, index, epoch, TR_S * index, 0.0, 0.1, 0.0, 0.02, 6.0, 9.0, 1.0, 0.1,
        1.0, 1.0, (),
    )  # fmt: skip
    return replace(made, **others)


def concentrations(glutamate: float = 1.0) -> np.ndarray:
    """Of the model's columns, glutamate times so much."""
    changed = CONCENTRATIONS.copy()
    changed[NAMES.index("Glu")] *= glutamate
    return changed


def fid_of(model: Model, seed: int, gain=1.0, glutamate=1.0, **shape) -> np.ndarray:
    """One transient, complex64."""
    noise = np.random.default_rng(seed).normal(size=(2, model.points)) * NOISE_SD
    clean = (concentrations(glutamate) @ model.fids) * line(model, **shape)
    return (gain * clean + noise[0] + 1j * noise[1]).astype(np.complex64)


def make_course(model: Model | None = None) -> Course:
    """The course with nothing made of it yet."""
    model = make_model() if model is None else model
    course = Course(Freedom())
    for epoch in (0, 1):
        course.begin_epoch(epoch, model)
    spectrum_noise = NOISE_SD * np.sqrt(model.points)
    for i in range(80):
        epoch, gain = (0, 1.0) if i < 48 else (1, GAIN)
        fid = fid_of(model, i, gain, 1.0 if i < 32 else RISEN)
        course.append(fid, quality(i, epoch), spectrum_noise)
    return course
