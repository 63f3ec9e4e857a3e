"""Which tests come to a place of the product, and how long each of them lasts.

Read by the interpreters of a run of the tests, their child processes included: where
`PLACES` names a file, each of its places E is read as `(come(n) or E)`, and `come`
writes the number and the test that runs.  `PLACES` is JSON, {file: [[n, line, column],
...]}, lines and columns (bytes) as `ast` counts them; `REACHED` is the file written to.

PYTEST_DONT_REWRITE: it is a plugin of the run, too, and there before pytest is.
"""

import ast
import builtins
import json
import os
from importlib.machinery import SourceFileLoader
from types import CodeType

COME = "come_to_a_place"


class Marks(ast.NodeTransformer):
    """Puts a mark at the smallest expression around each place."""

    def __init__(self, places: list[tuple[int, int, int]]) -> None:
        self.places = places

    def visit(self, node: ast.AST) -> ast.AST:
        """Mark the innermost first: a place taken there is not taken around it."""
        if isinstance(node, ast.pattern | ast.JoinedStr):
            return node  # nothing but a constant may stand there
        self.generic_visit(node)
        if not isinstance(node, ast.expr) or isinstance(node, ast.Starred | ast.Slice):
            return node
        if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
            return node
        inside = [place for place in self.places if _holds(node, place)]
        self.places = [place for place in self.places if place not in inside]
        for n, *_ in inside:
            call = ast.Call(ast.Name(COME, ast.Load()), [ast.Constant(n)], [])
            node = ast.copy_location(ast.BoolOp(ast.Or(), [call, node]), node)
        return ast.fix_missing_locations(node)


def _holds(node: ast.expr, place: tuple[int, int, int]) -> bool:
    end = node.end_lineno or 0, node.end_col_offset or 0
    return (node.lineno, node.col_offset) <= tuple(place[1:]) < end


def marked(source: bytes, places: list[tuple[int, int, int]], path: str) -> CodeType:
    """Code of a file with marks at its places."""
    tree = Marks(places).visit(ast.parse(source))
    return compile(tree, path, "exec", dont_inherit=True)


def begin(places: dict[str, list[tuple[int, int, int]]], reached: str) -> None:
    """Mark the files that are imported from now on."""
    known, plain = set[tuple[int, str]](), SourceFileLoader.get_code
    out = os.open(reached, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def come(n: int) -> None:
        test = os.environ.get("PYTEST_CURRENT_TEST", "")
        if (n, test) not in known:
            known.add((n, test))
            os.write(out, (json.dumps([n, test]) + "\n").encode())

    def get_code(self: SourceFileLoader, name: str) -> CodeType | None:
        path = self.get_filename(name)
        if path not in places:
            return plain(self, name)
        return marked(self.get_data(path), places[path], path)

    setattr(builtins, COME, come)
    SourceFileLoader.get_code = get_code  # type: ignore[method-assign]


def pytest_runtest_logreport(report) -> None:
    """Write how long a test lasted."""
    if report.when == "call":
        with open(os.environ["REACHED"], "a", encoding="utf-8") as out:
            out.write(json.dumps([report.nodeid, report.duration]) + "\n")


if "PLACES" in os.environ and not hasattr(builtins, COME):
    begin(json.loads(os.environ["PLACES"]), os.environ["REACHED"])
