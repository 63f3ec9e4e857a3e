"""Nothing is in the product that only tests read."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
QT_CALLS = {"closeEvent", "dragEnterEvent", "dropEvent", "minimumSizeHint", "paint"}
QT_CALLS |= {"mouseReleaseEvent", "eventFilter"}
CLICK_CALLS = {"list_commands", "get_command", "format_commands"}
OWN_DECORATORS = {
    "property",
    "setter",
    "classmethod",
    "staticmethod",
    "cached_property",
    "cache",
    "lru_cache",
    "contextmanager",
    "dataclass",
}
Definition = ast.FunctionDef | ast.ClassDef


def files(suffix: str) -> Iterator[str]:
    for package in ("monitor", "streams"):
        for path in sorted((ROOT / package).rglob(f"*.{suffix}")):
            yield path.read_text(encoding="utf-8")


def read_by(node: ast.AST) -> str | None:
    """The name that a piece of code reads; a text may be one, too (`getattr`)."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Constant(value=str() as name):
            return name
        case _:
            return None


def is_own(node: Definition) -> bool:
    """Whether nobody but ourselves would call it, by a decorator or a protocol."""
    names = {ast.unparse(d).partition("(")[0] for d in node.decorator_list}
    decorators = {name.rpartition(".")[2] for name in names}
    return decorators <= OWN_DECORATORS and not node.name.startswith("__")


def unread(sources: Iterator[str], templates: Iterator[str]) -> set[str]:
    """Functions and classes that are defined and whose names stand nowhere else."""
    nodes = [node for source in sources for node in ast.walk(ast.parse(source))]
    read = {read_by(node) for node in nodes}
    for template in templates:
        read.update(re.findall(r"\w+", template))
    own = {n.name for n in nodes if isinstance(n, Definition) and is_own(n)}
    return own - read


def test_every_function_and_class_is_read_by_the_product() -> None:
    assert unread(files("py"), files("j2")) == QT_CALLS | CLICK_CALLS


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def a(): ...\na()", set()),
        ("def a(): ...\nx.a", set()),
        ("def a(): ...\ngetattr(x, 'a')", set()),
        ("@app.command()\ndef a(): ...", set()),
        ("def a():\n    'what a does'", {"a"}),
        ("class A:\n    @property\n    def b(self): ...\nA()", {"b"}),
    ],
)
def test_what_nobody_reads_is_found(source: str, names: set[str]) -> None:
    assert unread(iter([source]), iter([])) == names
