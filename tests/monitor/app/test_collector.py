"""What is loaded when the window opens is no work for Python's collector."""

import gc

import pytest

from monitor.app.collector import loaded_is_kept


def test_what_is_loaded_is_out_of_sight_as_long_as_the_window_is_open():
    with pytest.raises(KeyError), loaded_is_kept():
        assert gc.get_freeze_count() > 10_000
        raise KeyError
    assert gc.get_freeze_count() == 0
