"""What was analysed, said by its content and not by its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from streams.sources.file_names import readable
from streams.sources.joining.file_times import Piece
from streams.sources.joining.joined_files import SessionPlace, session_hash


def about(
    place: SessionPlace, names: bool = False, pieces: Sequence[Piece] = ()
) -> dict[str, Any]:
    """Which file was analysed, by its content, and with `names` by its name.

    `pieces` are the files of a session that was joined of several.

    Raises
    ------
    InputError : it cannot be read
    """
    said: dict[str, Any] = {"input_sha256": session_hash(place)}
    if pieces:
        said["files"] = pieces_said(pieces, names)
    return said | ({"file": readable(place.name)} if names else {})


def pieces_said(pieces: Sequence[Piece], names: bool = False) -> list[dict[str, Any]]:
    """Each file of a joined session: its content, place and gap, in s."""
    return [
        {
            "sha256": piece.contents.sha256,
            **({"file": readable(piece.contents.path.name)} if names else {}),
            "transients": piece.contents.transients,
            "t_start_s": piece.start_s,
            "t_end_s": piece.end_s,
            "gap_s": piece.gap_s,
            "placed_by": piece.placed_by,
        }
        for piece in pieces
    ]
