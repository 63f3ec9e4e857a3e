"""The house in figures: rooms, imports, circles, climbs, names, lines, calls.

    python tests/acceptance/structure.py [--root ROOT] [--trace] [--list]

Prints a table (Markdown).  Everything is walked on the source of `monitor/` and
`streams/`, imports for type checking and in functions counted; nothing is imported and
no module is known by name.  `--trace` adds what is counted while the program runs, see
`structure_trace.py`, and asks the Python that runs this for its `monitor`.  `--list`
names what is counted: circles, climbs, participles, long files.

A room is a folder.  A climb is an import from a lower to a higher room by the `layers`
contracts of pyproject.toml (`[tool.importlinter]`), or by `ORDER` where there is none.
"""

import argparse
import ast
import io
import re
import tokenize
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PACKAGES = ("monitor", "streams")
FILE_LINES, FUNCTION_LINES = 300, 60
ORDER = (
    *("monitor.commands", "monitor.report", "monitor.app : monitor.qc"),
    *("monitor.screen", "monitor.analysis", "monitor.protocols", "streams"),
)
"""Of the folders before there were contracts, as far as the review orders them."""

IRREGULAR = """
begun bound broken brought built caught chosen done drawn driven fallen felt found given
gone grown heard held hidden kept known laid led left lost made meant met paid said seen
sent shown spent stood sunk taken taught thought thrown told torn understood won worn
written
"""
PARTICIPLES = frozenset(IRREGULAR.split())
"""Without those that are also the verb itself: cut, put, read, set, split, spread."""

NO_PARTICIPLE = frozenset({"need", "feed", "seed", "speed", "exceed", "proceed"})
STATES = frozenset({"property", "cached_property", "setter"})


@dataclass(frozen=True)
class File:
    """A source file.

    Attributes
    ----------
    module : dotted; a package's `__init__` has the package's name
    room : dotted name of the folder
    """

    path: Path
    module: str
    room: str

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)


@dataclass(frozen=True)
class Lines:
    """Lines of one or more files by what is in them."""

    code: int = 0
    docstring: int = 0
    comment: int = 0
    blank: int = 0

    def __add__(self, other: "Lines") -> "Lines":
        return Lines(
            self.code + other.code,
            self.docstring + other.docstring,
            self.comment + other.comment,
            self.blank + other.blank,
        )

    @property
    def all(self) -> int:
        return self.code + self.docstring + self.comment + self.blank


Edge = tuple[str, str]


def files_of(root: Path) -> list[File]:
    """Every source file of the packages."""
    found = []
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            room = ".".join(parts[:-1])
            module = room if parts[-1] == "__init__" else ".".join(parts)
            found.append(File(path, module, room))
    return found


def imports_of(tree: ast.AST, modules: frozenset[str]) -> Iterator[str]:
    """Modules of the product that a piece of source imports, anywhere in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if inner in modules:
                    yield inner
                elif node.module in modules:
                    yield node.module


def edges_of(files: Iterable[File]) -> frozenset[Edge]:
    """Who imports whom; the top `__init__`s, which hold a version, left out."""
    files = list(files)
    modules = frozenset(f.module for f in files)
    found = {(f.module, other) for f in files for other in imports_of(f.tree, modules)}
    return frozenset((a, b) for a, b in found if a != b and not {a, b} & set(PACKAGES))


def between_rooms(edges: Iterable[Edge], files: Iterable[File]) -> frozenset[Edge]:
    """The same between folders."""
    room = {f.module: f.room for f in files}
    return frozenset((room[a], room[b]) for a, b in edges if room[a] != room[b])


def circles(edges: Iterable[Edge]) -> list[list[str]]:
    """Sets of nodes that can all be reached from one another (Tarjan)."""
    onward: dict[str, list[str]] = {}
    for a, b in sorted(edges):
        onward.setdefault(a, []).append(b)
        onward.setdefault(b, [])
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found = []

    def visit(node: str) -> None:
        order[node] = low[node] = len(order)
        stack.append(node)
        for other in onward[node]:
            if other not in order:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], order[other])
        if low[node] == order[node]:
            at = stack.index(node)
            if len(stack) - at > 1:
                found.append(sorted(stack[at:]))
            del stack[at:]

    for node in onward:
        if node not in order:
            visit(node)
    return found


def layers_of(root: Path) -> list[list[list[str]]]:
    """Orders of the `layers` contracts, highest first; each floor may hold several."""
    table = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = table.get("tool", {}).get("importlinter", {}).get("contracts", [])
    made = []
    for contract in contracts:
        if contract.get("type") != "layers":
            continue
        for container in contract.get("containers") or [""]:
            prefix = f"{container}." if container else ""
            made.append([_floor(layer, prefix) for layer in contract["layers"]])
    return made


def _floor(layer: str, prefix: str = "") -> list[str]:
    """Modules of one floor: `a | b`, `a : b`; `(a)` may be absent."""
    return [prefix + name.strip(" ()") for name in re.split(r"[|:]", layer)]


def climbs(edges: Iterable[Edge], orders: list[list[list[str]]]) -> list[Edge]:
    """Imports from a lower to a higher floor, by any of the orders."""
    return sorted({edge for edge in edges for order in orders if _climbs(edge, order)})


def _climbs(edge: Edge, order: list[list[str]]) -> bool:
    from_floor, to_floor = (_floor_of(module, order) for module in edge)
    return from_floor is not None and to_floor is not None and to_floor < from_floor


def _floor_of(module: str, order: list[list[str]]) -> int | None:
    for i, floor in enumerate(order):
        if any(module == name or module.startswith(f"{name}.") for name in floor):
            return i
    return None


def lines_of(file: File) -> Lines:
    """What stands in a file's lines."""
    total = len(file.text.splitlines())
    docstring, code, comment = set(), set(), set()
    for node in ast.walk(file.tree):
        if _is_text(node):
            docstring |= set(range(node.lineno, (node.end_lineno or 0) + 1))
    nothing = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    for token in tokenize.generate_tokens(io.StringIO(file.text).readline):
        if token.type in nothing or token.type == tokenize.ENDMARKER:
            continue
        rows = set(range(token.start[0], token.end[0] + 1))
        if token.type == tokenize.COMMENT:
            comment |= rows
        else:
            code |= rows
    code -= docstring
    comment -= code | docstring
    rest = total - len(code) - len(docstring) - len(comment)
    return Lines(len(code), len(docstring), len(comment), rest)


def _is_text(node: ast.AST) -> bool:
    """A string that stands by itself: a docstring of anything."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions_of(file: File) -> Iterator[Function]:
    """Functions and methods; what is a state (a property) is none."""
    for node in ast.walk(file.tree):
        if isinstance(node, Function) and not _names(node.decorator_list) & STATES:
            yield node


def _names(nodes: Iterable[ast.expr]) -> set[str]:
    return {
        n.attr if isinstance(n, ast.Attribute) else n.id
        for n in nodes
        if isinstance(n, ast.Attribute | ast.Name)
    }


def is_participle(name: str) -> bool:
    """Whether a name is one bare participle: `told`, `_shown`, `smoothed`."""
    bare = name.strip("_")
    if name.startswith("__") or "_" in bare or bare in NO_PARTICIPLE:
        return False
    return bare in PARTICIPLES or bool(re.fullmatch(r"[a-z]{2,}ed", bare))


def length(node: Function) -> int:
    """Lines of a function with its docstring."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def figures(root: Path) -> tuple[list[tuple[str, object]], dict[str, list[str]]]:
    """Rows of the table, and what is counted in them by name."""
    files = files_of(root)
    edges = edges_of(files)
    rooms = between_rooms(edges, files)
    orders = layers_of(root)
    ordered = "contracts" if orders else "ORDER of this script"
    up = climbs(edges, orders or [[_floor(layer) for layer in ORDER]])
    room = {f.module: f.room for f in files}
    functions = [(f, node) for f in files for node in functions_of(f)]
    bare = [(f, node) for f, node in functions if is_participle(node.name)]
    comments = [c for f in files for c in re.findall(r"# fmt: ?(?:skip|off)", f.text)]
    long_files = [f for f in files if len(f.text.splitlines()) > FILE_LINES]
    long = [(f, node) for f, node in functions if length(node) > FUNCTION_LINES]
    of_files, of_rooms = circles(edges), circles(rooms)
    rows: list[tuple[str, object]] = [
        *((f"loose files in {p}/", _loose(files, p)) for p in PACKAGES),
        *((f"rooms in {p}/", len(_below(files, p))) for p in PACKAGES),
        ("files", len(files)),
        ("imports between files", len(edges)),
        ("imports between rooms (pairs)", len(rooms)),
        ("circles of files / files in them", _circles(of_files)),
        ("circles of rooms / rooms in them", _circles(of_rooms)),
        (f"climbs by {ordered}: imports / pairs of rooms",
         f"{len(up)} / {len({(room[a], room[b]) for a, b in up})}"),
        (f"files over {FILE_LINES} lines", len(long_files)),
        (f"functions over {FUNCTION_LINES} lines", len(long)),
        ("functions and methods", len(functions)),
        ("of them named by a bare participle",
         f"{len(bare)} ({100 * len(bare) / len(functions):.1f} %)"),
        ("fmt: skip and fmt: off", len(comments)),
    ]  # fmt: skip
    named = {
        "circles of files": [" ".join(c) for c in of_files],
        "circles of rooms": [" ".join(c) for c in of_rooms],
        "climbs": [f"{a} > {b}" for a, b in up],
        "long files": [f"{f.module} {len(f.text.splitlines())}" for f in long_files],
        "long functions": [f"{f.module}.{n.name} {length(n)}" for f, n in long],
        "participles": [f"{f.module}.{n.name}" for f, n in bare],
    }
    return rows, named


def _loose(files: Iterable[File], package: str) -> int:
    """Files that lie in no room, but `__init__` and `__main__`."""
    return sum(f.room == package and not f.path.stem.startswith("__") for f in files)


def _below(files: Iterable[File], package: str) -> set[str]:
    return {f.room for f in files if f.room.startswith(f"{package}.")}


def _circles(found: list[list[str]]) -> str:
    return f"{len(found)} / {sum(map(len, found))}"


def lines_by_room(root: Path) -> list[tuple[str, Lines, int]]:
    """Lines and files of each room, and of each package whole."""
    files = files_of(root)
    lines = {f.path: lines_of(f) for f in files}
    counted = Counter(f.room for f in files)
    rows = []
    for package in PACKAGES:
        mine = [f for f in files if f.module.split(".")[0] == package]
        whole = sum((lines[f.path] for f in mine), Lines())
        rows.append((f"**{package}**", whole, len(mine)))
        for room in sorted({f.room for f in mine}):
            inside = (lines[f.path] for f in mine if f.room == room)
            rows.append((room, sum(inside, Lines()), counted[room]))
    whole = sum(lines.values(), Lines())
    return [*rows, ("**both**", whole, len(files))]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=Path(__file__).parents[2])
    parser.add_argument("--trace", action="store_true", help="also what runs")
    parser.add_argument("--list", action="store_true", help="also by name")
    given = parser.parse_args()
    rows, named = figures(given.root)
    if given.trace:
        from structure_trace import trace_figures

        rows += trace_figures(given.root)
    print("| figure | |\n|---|---|")
    for name, value in rows:
        print(f"| {name} | {value} |")
    print("\n| room | files | lines | code | docstrings | comments | blank |")
    print("|---|---|---|---|---|---|---|")
    for room, n, count in lines_by_room(given.root):
        parts = (count, n.all, n.code, n.docstring, n.comment, n.blank)
        print(f"| {room} | {' | '.join(map(str, parts))} |")
    for title, names in named.items() if given.list else ():
        print(f"\n{title}:")
        print("\n".join(f"- {name}" for name in names))


if __name__ == "__main__":
    main()
