"""A block that measured macromolecules, while it lasts and once it was judged."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.analysis.fit.mm_limits import is_far


@dataclass(frozen=True, slots=True)
class MeasuredBlock:
    """A block of a session, as it was judged.

    Attributes
    ----------
    start_s, end_s : scanner time of its first and last transient, s
    transients, used : that came, and that are in the mean
    noise_percent : of the highest macromolecule; nan where nothing was found
    prior_rms, beyond_percent : how far it is from the human brain (`MeasuredMM`)
    residues : what nulling left of metabolites and was taken out, in words
    weighting : what became of the T1 weighting, a sentence
    refused : why it is not used; empty: it is good enough
    doubts : what speaks against it all the same, a sentence each
    """

    start_s: float
    end_s: float
    transients: int
    used: int
    noise_percent: float = float("nan")
    prior_rms: float = float("nan")
    beyond_percent: float = float("nan")
    residues: tuple[str, ...] = ()
    weighting: str = ""
    refused: str = ""
    doubts: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether it is used, and nothing speaks against that."""
        return not (self.refused or self.doubts)

    @property
    def beyond_usual(self) -> bool:
        """Whether it is unlike the macromolecules of a human brain."""
        return is_far(self.prior_rms, self.beyond_percent)


@dataclass(frozen=True, slots=True)
class NulledProgress:
    """Transients of a block so far, and scanner time of the newest, s."""

    transients: int
    time_s: float
