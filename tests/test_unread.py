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


def modules() -> dict[str, ast.Module]:
    """The product's files by the names that they are imported by."""
    found = {}
    for package in ("monitor", "streams"):
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(part for part in parts if part != "__init__")
            found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def defined(tree: ast.Module) -> set[str]:
    """Names that a file gives at its top, but for what others call by a decorator."""
    names: set[str] = set()
    for node in tree.body:
        match node:
            case ast.FunctionDef() | ast.ClassDef():
                names |= {node.name} if is_own(node) else set()
            case ast.Assign(targets=targets):
                inside = (n for target in targets for n in ast.walk(target))
                names |= {n.id for n in inside if isinstance(n, ast.Name)}
            case ast.AnnAssign(target=ast.Name(name)):
                names.add(name)
    return {name for name in names if not name.startswith("__")}


def unread_at_the_top(trees: dict[str, ast.Module]) -> set[str]:
    """Names of a file that neither it nor one that imports it reads."""
    imported: dict[str, set[str]] = {}
    through = set[str]()
    for tree in trees.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                names = {alias.name for alias in node.names}
                imported.setdefault(node.module, set()).update(names)
            elif isinstance(node, ast.Attribute):
                through.add(node.attr)  # of a module, or of anything else
    return {
        f"{module}.{name}"
        for module, tree in trees.items()
        for name in defined(tree) - imported.get(module, set()) - through
        if not any(
            isinstance(node, ast.Name | ast.Constant)
            and not isinstance(getattr(node, "ctx", None), ast.Store)
            and read_by(node) == name
            for node in ast.walk(tree)
        )
    }


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


FILTERS = {"monitor.report.digits.exact"}
"""What templates call by its name."""


def test_every_name_of_a_file_is_read_by_it_or_by_one_that_imports_it() -> None:
    assert unread_at_the_top(modules()) == FILTERS


@pytest.mark.parametrize(
    ("one", "other", "names"),
    [
        ("A = 1", "", {"x.one.A"}),
        ("A = 1\nB = A", "from x.one import B", set()),
        ("def a(): ...", "from x.other import a", {"x.one.a"}),
        ("def a(): ...", "from x import one\none.a()", set()),
        ("A, B = 1, 2\nC: int = 3", "from x.one import A", {"x.one.B", "x.one.C"}),
        ("@app.command()\ndef a(): ...", "", set()),
    ],
)
def test_a_name_that_others_have_too_is_found(one: str, other: str, names: set) -> None:
    trees = {"x.one": ast.parse(one), "x.other": ast.parse(other)}
    assert unread_at_the_top(trees) == names
