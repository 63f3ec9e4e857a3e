"""Sentences without the names of files, which may be those of people."""

from pathlib import Path

import pytest

from streams.sources.file_names import without_names

HERE = Path("/data/study/Meier_Anna.SDAT")


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Meier_Anna.SDAT is cut.", "The file is cut."),
        ("/data/study/Meier_Anna.SDAT is cut.", "The file is cut."),
        ("meier_anna.sdat is cut.", "The file is cut."),
        ("Meier_Anna.SPAR has no line.", "The file has no line."),
        ("Meier_Anna.nii.gz is cut.", "The file is cut."),
        ("Meier_Annas.SDAT is cut.", "Meier_Annas.SDAT is cut."),
        ("xMeier_Anna.SDAT is cut.", "XMeier_Anna.SDAT is cut."),
    ],
)
def test_a_name_goes_with_folders_and_with_any_ending(said, left):
    assert without_names(said, HERE) == left


def test_a_folder_without_an_ending_is_found_by_its_whole_name():
    place = Path("/data/Meier")
    assert without_names("/data/Meier holds 3 series.", place) == (
        "The file holds 3 series."
    )
    assert without_names("Meier.txt is another.", place) == "The file.txt is another."


def test_the_water_reference_is_told_from_the_file():
    said = without_names("wref.dat and Meier_Anna.SDAT differ.", HERE, Path("wref.dat"))
    assert said == "The water reference and the file differ."
