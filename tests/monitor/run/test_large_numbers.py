"""Numbers at the end of single precision: left out with a sentence, never a warning."""

from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import pytest
from worked_through import result_of, texts

from monitor.protocol.choose import Wishes
from monitor.run.analyse import analyse
from streams.errors import InputError
from streams.messages import wire
from streams.messages.transient import Body, Kind, Start, Transient, number
from streams.recording.journal import Journal
from streams.sources.files.open_file import open_source

RECORDING = Path(__file__).resolve().parents[3] / "recordings" / "infusion-short.mcap"
WANTED = 12
WISHES = Wishes(changes={"window": 4, "step": 4})
SAID = "Transients with numbers above 1e+12"


def bodies(
    large: Collection[int], value: float, kind: Kind | None = None
) -> Iterator[Body]:
    """The first transients; of those in `large` the largest number has this value.

    They are of this kind, where one is given.
    """
    taken = 0
    for body in open_source(RECORDING).bodies:
        if isinstance(body, Transient):
            if taken in large:
                scale = value / np.abs(body.fid.view("<f4")).max()
                fid = (body.fid * np.float32(scale)).astype(np.complex64)
                body = Transient(body.count, body.time_s, kind or body.kind, fid)
            taken += 1
        if isinstance(body, Start | Transient):
            yield body
        if taken == WANTED:
            return


@pytest.mark.parametrize("value", [3e38, 1e30, 1e13])
@pytest.mark.parametrize("kind", list(Kind))
def test_a_transient_of_any_kind_is_left_out_and_said_once(kind: Kind, value: float):
    plain = [b.kind for b in bodies((), 0.0) if isinstance(b, Transient)]
    large = [i for i, one in enumerate(plain) if one == kind]
    if kind in (Kind.METABOLITE, Kind.MACROMOLECULE):  # of which the recording has none
        large = [i for i, one in enumerate(plain) if one == Kind.METABOLITE][2:4]
    result = result_of(number(bodies(large, value, kind)), WISHES)
    metabolite = plain.count(Kind.METABOLITE)
    lost = sum(plain[i] == Kind.METABOLITE for i in large)
    assert len(result.qualities) == metabolite - lost
    assert result.counts.refused_messages == len(large)
    assert [note[: len(SAID)] for note in texts(result.notes)].count(SAID) == 1


def test_a_recording_of_nothing_else_says_so(tmp_path: Path):
    path = tmp_path / "large.mcap"
    with Journal.create(path) as journal:
        for message in number(bodies(range(WANTED), 3e38)):
            journal.append(wire.encode(message))
    with pytest.raises(
        InputError, match=rf"that can be used \({SAID.replace('+', '.')}"
    ):
        analyse(path, WISHES)
