"""The typeface of the program: it has what is drawn, and the page fits without it."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from PyQt6.QtGui import QFontInfo, QFontMetricsF

import monitor
from monitor.app.widgets.theme import DARK, theme_for
from monitor.typeface import FAMILY, letter_files, sign_files

PACKAGE = Path(monitor.__file__).parent
DRAWN = ("app", "judge", "report", "screen", "study")
SIGNS = set("┈▨▾☰━")
"""Drawn with matplotlib's DejaVu: Inter has none of them."""
NOTO = Path("/usr/share/fonts/truetype/noto")
THE_PAGE = "no_text or big_number or opens_a_sheet or smallest"


def has(path: Path) -> set[str]:
    with TTFont(path) as font:
        return {chr(code) for code in font.getBestCmap()}


def drawn() -> set[str]:
    """Characters beyond ASCII in what the program may draw."""
    found = set()
    for name in DRAWN:
        assert (PACKAGE / name).is_dir()
        for path in (PACKAGE / name).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found |= set(node.value)
        for path in (PACKAGE / name).rglob("*.j2"):
            found |= set(path.read_text(encoding="utf-8"))
    return {character for character in found if not character.isascii()}


def test_the_typeface_has_every_character_that_is_drawn():
    assert len(letter_files()) == 2
    wanted = drawn() | set("±²³¹×Δχστβ·–—…−≤≥→▲●✓ÄÖÜäöüßéñ")
    assert len(wanted) > 30
    for path in letter_files():
        assert not wanted - SIGNS - has(path), path.name
        assert not SIGNS & has(path), "is no longer missing"
    for path in sign_files():
        assert not SIGNS - has(path), path.name


def test_its_licence_lies_beside_it():
    said = (PACKAGE / "typeface" / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in said
    assert "The Inter Project Authors" in said


@pytest.mark.skipif(
    "MRS_TEST_WITHOUT_TYPEFACE" in os.environ, reason="without the typeface"
)
@pytest.mark.parametrize("bold", [False, True])
def test_the_window_is_drawn_with_it_and_digits_have_one_width(qapp, bold):
    font = theme_for(1920, 1080, DARK).font(60, bold)
    assert QFontInfo(font).family() == FAMILY
    assert QFontInfo(font).bold() == bold
    widths = {QFontMetricsF(font).horizontalAdvance(d * 4) for d in "0123456789"}
    assert len(widths) == 1


def folder_of(fonts: str, tmp_path: Path) -> Path:
    """The one folder of fonts that a machine has."""
    if fonts == "noto":
        if not (NOTO / "NotoSans-Regular.ttf").is_file():
            pytest.skip("fonts-noto-core is not installed")
        folder = tmp_path / "noto"
        folder.mkdir()
        for style in ("Regular", "Bold"):
            name = f"NotoSans-{style}.ttf"
            (folder / name).write_bytes((NOTO / name).read_bytes())
        return folder
    return sign_files()[0].parent if fonts == "dejavu" else tmp_path / "none"


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("own", [True, False], ids=["with", "without"])
@pytest.mark.parametrize("fonts", ["dejavu", "noto", "none"])
def test_texts_fit_whatever_fonts_the_machine_has(tmp_path, fonts, own):
    """Without the typeface the machine's sans-serif is used, else matplotlib's."""
    settings = tmp_path / "fonts.conf"
    settings.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{folder_of(fonts, tmp_path)}</dir><cachedir>{tmp_path}/cache</cachedir>"
        "</fontconfig>"
    )
    env = os.environ | {"FONTCONFIG_FILE": str(settings)}
    if not own:
        env["MRS_TEST_WITHOUT_TYPEFACE"] = "1"
    tests = [Path(__file__).with_name(f"test_{n}.py") for n in
             ("window", "operations", "states")]  # fmt: skip
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests, "-k",
         THE_PAGE], env=env, capture_output=True, text=True, timeout=580,
        check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-3000:]
    assert " passed" in ran.stdout
