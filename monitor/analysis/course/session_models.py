"""Session models, made once for what they are made from.

Making one is a cold fit and more, and costs as much as a thousand windows.  The course
is done again with each mark and at the end of a session; where the mean that an epoch's
model rests on is the same to the last bit, so is the model.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.fit.freedom import Freedom
from monitor.analysis.fit.make_epoch_model import make_session_model
from monitor.analysis.fit.model import Model
from monitor.analysis.fit.window import Average
from monitor.analysis.signal.spectrum import Complex


@dataclass(frozen=True, slots=True)
class MeansOfEpoch:
    """All that a session model is made from; see `make_session_model`.

    Attributes
    ----------
    model : basis set on the epoch's grid
    average, mean : which transients, and their mean FID (points,)
    noise_sd : of one transient's real spectrum
    windows, window_noise : (n, points) means of parts of it, and their noise
    bending : the baseline was seen to bend
    """

    model: Model
    average: Average
    mean: Complex
    noise_sd: float
    windows: Complex
    window_noise: float
    freedom: Freedom
    same_brain: SessionModel | None
    bending: bool

    def same_as(self, other: MeansOfEpoch) -> bool:
        """Whether the same model would come of both."""
        return (
            self.model is other.model
            and self.same_brain is other.same_brain
            and self.freedom == other.freedom
            and self.bending == other.bending
            and self.average.same_as(other.average)
            and (self.noise_sd, self.window_noise)
            == (other.noise_sd, other.window_noise)
            and np.array_equal(self.mean, other.mean)
            and np.array_equal(self.windows, other.windows)
        )

    def session_model(self) -> SessionModel:
        """Make it."""
        made = make_session_model(
            self.model,
            self.mean,
            self.noise_sd,
            self.average.noise,
            self.windows,
            self.window_noise,
            self.freedom,
            self.same_brain,
            self.bending,
        )
        return replace(made, mean=self.average)


@dataclass(slots=True)
class SessionModels:
    """The last session model of each epoch, and what it was made from."""

    _last: dict[int, tuple[MeansOfEpoch, SessionModel]] = field(default_factory=dict)

    def made(self, epoch: int, means: MeansOfEpoch) -> SessionModel:
        """Session model of an epoch: the last one, where nothing has changed."""
        last = self._last.get(epoch)
        if last is not None and means.same_as(last[0]):
            return last[1]
        made = means.session_model()
        self._last[epoch] = means, made
        return made


def donor(
    sessions: Mapping[int, SessionModel],
    epoch: int,
    home: int | None,
    rejected: Container[int],
) -> SessionModel | None:
    """The session model whose choices another epoch takes over.

    The reference period's epoch's, else the first that counts and was made well.
    """
    others = [e for e in sessions if e != epoch and e not in rejected]
    others.sort(key=lambda e: e != home)
    good = (sessions[e] for e in others if sessions[e].found)
    return next(good, None)
