"""Files as sessions of their own or as one: what the options allow."""

import pytest

from monitor.commands.joined_files import one_session, said_of_each, session_places
from streams.errors import InputError
from streams.sources.joining.joined_files import JoinedFiles


@pytest.fixture
def files(tmp_path):
    made = [tmp_path / f"{n}.mcap" for n in range(3)]
    for file in made:
        file.touch()
    return made


def test_files_are_sessions_of_their_own_unless_joined(files):
    assert session_places(files, False, None) == files
    assert session_places(files, True, None) == [JoinedFiles(tuple(files), None)]
    assert session_places(files[:2], True, 0.0) == [JoinedFiles(tuple(files[:2]), 0.0)]


@pytest.mark.parametrize(
    ("count", "join", "gap_s", "reason"),
    [
        (2, False, 3.0, "--gap goes with --join"),
        (1, True, None, "two files or more"),
        (2, True, -1.0, "--gap -1: give 0 or more"),
    ],
)
def test_what_does_not_go_together(files, count, join, gap_s, reason):
    with pytest.raises(InputError, match=reason):
        session_places(files[:count], join, gap_s)


def test_a_file_that_is_not_there_is_named(files):
    files[1].unlink()
    with pytest.raises(InputError, match=r"There is no file .*1\.mcap"):
        session_places(files, True, None)


def test_one_session_is_one_file_or_several_joined(files):
    assert one_session(files[:1], False, None) == files[0]
    assert isinstance(one_session(files[:2], True, None), JoinedFiles)
    with pytest.raises(InputError, match="2 files are 2 sessions"):
        one_session(files[:2], False, None)


def test_times_hold_for_each_of_two_sessions_too():
    assert "--reference 0:9 holds for each of 2" in said_of_each(2, reference="0:9")
    assert said_of_each(1, reference="0:9") == said_of_each(3, reference=None) == ""
