"""That the comparison of outputs notices what it must, and only that."""

import gzip
import json
import zlib
from pathlib import Path

import numpy as np
import pytest
from outputs_cases import all_cases
from outputs_compare import compare, differences
from outputs_together import run

from streams.export.nifti_mrs import write_nifti_mrs
from streams.messages.transient import Acquisition

SVG = (
    '<!-- 2026-11-29T18:00:00 --><clipPath id="p0123456789"/><use href="#p0123456789"/>'
)


def page(text: str, kern: int) -> bytes:
    """A page of a PDF that says a text, as matplotlib packs it."""
    half = len(text) // 2
    shown = f"0 0 Td\n[ ({text[:half]}) {kern} ({text[half:]}) ] TJ"
    packed = zlib.compress(shown.encode())
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed)


def case(place: Path, name: str, content: str | bytes) -> Path:
    """A recorded case with one file."""
    file = place / "case" / "files" / name
    file.parent.mkdir(parents=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return place / "case"


def compare_contents(
    tmp_path: Path, name: str, a: str | bytes, b: str | bytes
) -> list[str]:
    """What differs between two contents of one file."""
    before, after = case(tmp_path / "a", name, a), case(tmp_path / "b", name, b)
    return list(differences(before, after))


@pytest.mark.parametrize(
    ("name", "a", "b", "said"),
    [
        (
            "e.csv",
            "t,Glu\n0,1.5\n1,2",
            "t,Glu\n0,1.5\n1,2.25",
            r"0.25; first row 2 Glu",
        ),
        ("e.csv", "t,Glu\n0,1", "Glu,t\n1,0", "first columns"),
        ("e.csv", "t,Glu\n0,1", "t,Glu\n0,1\n1,1", "first row 2 t"),
        ("s.json", '{"a": [1, 2]}', '{"a": [1, 2.5]}', r"0.5; first .a[1]: 2 | 2.5"),
        ("s.json", '{"a": null}', "{}", "first .a"),
        ("s.json", '{"a": 1}', '{"a": 1.0}', "first .a: 1 | 1.0"),
        ("t.txt", "one\ntwo\n", "one\nTWO\n", "1 lines, first 2: two | TWO"),
        ("r.html", SVG, SVG.replace("use", "path"), "1 lines, first 1"),
        ("r.html", SVG, SVG[:-12] + 'p1111111111"/>', "1 lines, first 1"),
        ("r.pdf", page("Glu +3 %", 1), page("Glu +4 %", 1), "4: (Glu +3 %) Tj"),
        ("r.pdf", b"/ID [<1>] 1", b"/ID [<1>] 2", "1 lines, first 1"),
    ],
)
def test_what_differs(
    tmp_path: Path, name: str, a: str | bytes, b: str | bytes, said: str
) -> None:
    (line,) = compare_contents(tmp_path, name, a, b)
    assert line.startswith(f"files/{name}: ")
    assert said in line


@pytest.mark.parametrize(
    ("name", "a", "b"),
    [
        ("s.json", '{"timing_ms": 1, "b": 2}', '{"timing_ms": 3, "b": 2}'),
        ("r.html", SVG, SVG.replace("0123456789", "abcdefabcd")),
        ("r.html", SVG, SVG.replace("18:00", "19:01")),
        ("t.txt", "mrs-monitor 0.1.0\n", "mrs-monitor 0.2.0.dev1\n"),
        ("t.txt", "100 transients, Glu +3 %\nend\n", "end\n"),
        ("r.pdf", page("Glu +3 %", 1), page("Glu +3 %", 2)),
        ("r.pdf", b"/CreationDate (D:1) x", b"/CreationDate (D:2) x"),
    ],
)
def test_what_may_differ(tmp_path: Path, name: str, a: str, b: str) -> None:
    assert not compare_contents(tmp_path, name, a, b)


def test_the_hash_of_the_program_on_paper(tmp_path: Path) -> None:
    cases = []
    for name, sha in (("a", "12ab" * 16), ("b", "34cd" * 16)):
        cases.append(case(tmp_path / name, "report.pdf", page(sha, 1)))
        qc = cases[-1] / "files" / "qc.json"
        qc.write_text(f'{{"program_sha256": "{sha}"}}')
    assert not list(differences(*cases))
    for place in cases:
        (place / "files" / "qc.json").write_text("{}")
    (line,) = differences(*cases)
    assert "report.pdf: 1 lines, first 4: (12ab" in line


def test_samples_of_nifti_mrs(tmp_path: Path) -> None:
    acquisition = Acquisition(123.25, "1H", 5e-4, 8, 1, 0.03, repetition_time_s=2.0)
    fids = np.ones((2, 8), np.complex64)
    files = []
    for name in ("a", "b"):
        write_nifti_mrs(tmp_path / f"{name}.nii.gz", fids, acquisition)
        files.append((tmp_path / f"{name}.nii.gz").read_bytes())
        fids[1, 3] += 0.5
    (line,) = compare_contents(tmp_path, "x.nii.gz", *files)
    assert "1 values, by up to 0.5" in line


def test_gzip_of_another_level_is_the_same(tmp_path: Path) -> None:
    packed = [gzip.compress(bytes(1000), level, mtime=level) for level in (1, 9)]
    assert packed[0] != packed[1]
    assert not compare_contents(tmp_path, "x.nii.gz", *packed)


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    before, after = (case(tmp_path / x, "e.csv", "t") for x in "ab")
    (after / "files" / "e.csv").unlink()
    assert [line[:12] for line in differences(before, after)] == ["files/e.csv:"]


def test_counts_of_the_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case(tmp_path / "a", "e.csv", "t\n1")
    case(tmp_path / "b", "e.csv", "t\n2")
    assert compare(tmp_path / "a", tmp_path / "a") == 0
    assert compare(tmp_path / "a", tmp_path / "b") == 1
    assert compare(tmp_path / "a", tmp_path / "b", only="none-*") == 1
    assert "case: files/e.csv" in capsys.readouterr().out


def test_every_case_has_a_folder_of_its_own() -> None:
    names = [case.name for case in all_cases()]
    assert len(names) == len(set(names)) > 50
    assert not any("/" in name or " " in name for name in names)


def test_a_run_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["pytest"])
    name, words, code, said = run("bad", ["info", "missing.mcap"])
    assert (name, words, code) == ("bad", ["info", "missing.mcap"], 2)
    assert "missing.mcap" in said.partition("--- stderr")[2]
    assert json.loads(json.dumps(run("v", ["--version"])))[2] == 0
