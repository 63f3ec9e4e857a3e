"""What a site says about its files: the table `[files]` of a protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from streams.errors import InputError
from streams.sources.files.choice import Choose, Entries, entries_of, read_choices
from streams.sources.mrd.rules import MrdRules

MOST_SKIPPED = 1000
MOST_ECHO_TIME_S = 1.0


@dataclass(frozen=True, slots=True)
class FileRules:
    """How files are read, where they leave it open.

    Attributes
    ----------
    choose : TAG=N, TAG=A:B or TAG=all for files that have that dimension
    skip_points : points before the top of the echo, cut off at the start of each FID
    echo_time_s : TE that is taken, whatever the file says; 0: the file's
    mrd : how MRD is to be understood, for files of it
    """

    choose: tuple[str, ...] = ()
    skip_points: int = 0
    echo_time_s: float = 0.0
    mrd: MrdRules = field(default_factory=MrdRules)

    def choices(self, choose: Choose | None) -> dict[str, Entries]:
        """What was chosen, and by these rules where nothing was."""
        own = read_choices(self.choose, "choose in [files]", asked=False)
        return {**entries_of(own), **entries_of(choose)}


def file_rules_from(table: Mapping[str, object], protocol: str) -> FileRules:
    """Rules from the table `[files]` of a protocol file.

    Raises
    ------
    InputError : an unknown field, a wrong type or a value that cannot be
    """
    choose = table.get("choose", [])
    skip = table.get("skip_points", 0)
    echo_time_s = table.get("echo_time_s", 0.0)
    unknown = sorted(set(table) - {"choose", "skip_points", "echo_time_s"})
    for good, sentence in (
        (not unknown, f"knows choose, skip_points and echo_time_s, not {unknown}"),
        (
            isinstance(choose, list) and all(isinstance(c, str) for c in choose),
            'choose must be a list such as ["Set=all"]',
        ),
        (
            type(skip) is int and 0 <= skip <= MOST_SKIPPED,
            f"skip_points must be a number of points, 0 to {MOST_SKIPPED}",
        ),
        (
            type(echo_time_s) in (int, float)
            and 0 <= float(str(echo_time_s)) < MOST_ECHO_TIME_S,
            "echo_time_s must be in seconds, such as 0.03",
        ),
    ):
        if not good:
            raise InputError(f"Protocol {protocol}: [files] {sentence}.")
    rules = FileRules(
        tuple(choose) if isinstance(choose, list) else (),
        int(str(skip)),
        float(str(echo_time_s)),
    )
    rules.choices(None)  # says what is wrong with a choice
    return rules
