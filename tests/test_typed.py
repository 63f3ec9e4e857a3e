from importlib.resources import files

import pytest


@pytest.mark.parametrize("package", ["monitor", "streams"])
def test_types_are_there_for_others(package: str) -> None:
    assert files(package).joinpath("py.typed").is_file()
