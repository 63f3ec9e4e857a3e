"""What a site says about the files of a watched folder."""

from __future__ import annotations

from dataclasses import dataclass, field

from streams.sources.files.site_file_rules import FileRules
from streams.sources.name_counter import check_pattern


@dataclass(frozen=True, slots=True)
class FolderRules:
    """What a site says about its files: the table `[folder]` of a protocol.

    Attributes
    ----------
    water_name : part of a file's name that makes it water reference; empty: one that is
        named like a reference and measures as one
    counter : regular expression for names, with the part that counts in brackets;
        empty: a number that usually rises by one, or by one constant step
    files : how the files are read
    """

    water_name: str = ""
    counter: str = ""
    files: FileRules = field(default_factory=FileRules, compare=False)

    def __post_init__(self) -> None:
        check_pattern(self.counter)
