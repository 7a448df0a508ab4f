"""The process in which answers run: it loads them and calls them, and judges nothing.

What it says is not believed: a student's code can say anything here. The worst that it can do is to
give wrong values, and those are judged by the grader at the other end of the wire.
"""

import ast
import inspect
import io
import linecache
import os
import traceback
from collections.abc import Callable
from contextlib import redirect_stdout, suppress
from importlib import import_module
from types import ModuleType
from typing import Any

import torch

from lmlab.course.calls import Outcome, is_stub, own_line
from lmlab.course.comparison import same
from lmlab.course.grading import fence, wire
from lmlab.course.grading.cells import parse, runnable
from lmlab.course.limits import is_learners

_MOST_PRINTED = 2000  # characters of an answer's own that are kept
_MOST_SAID = 500  # of an error


class Printed(io.TextIOBase):
    """Keeps the first characters that are written to it."""

    def __init__(self):
        self.text = ""

    def write(self, text: str) -> int:
        """Take the text, and keep what there is still room for."""
        self.text += text[: _MOST_PRINTED - len(self.text)]
        return len(text)


class Bench:
    """All answers of one notebook, in one namespace, as its kernel would hold them."""

    def __init__(self, take: Callable[[int], bytes], give: Callable[[bytes], None]):
        self._take, self._give = take, give
        self._names: dict[str, Any] = {"__name__": "__main__"}
        self._functions: dict[str, Any] = {}
        self._imported: set[str] = set()

    def serve(self) -> None:
        """Do what the grader asks for, for as long as it asks."""
        while True:
            asked, tensors = wire.read(self._take)
            if "cell" in asked:
                self._give(wire.Message().bytes(self._load(**asked["cell"])))
            else:
                self._give(self._call(asked, tensors))

    def _load(self, name: str, source: str, file: str, imports: list, reference: str) -> dict:
        """Run a cell; say how its function is called, or what went wrong."""
        for line in imports:
            if line not in self._imported:  # a second time it might take an answer's name away
                self._imported.add(line)
                with suppress(BaseException):  # the answer that uses it will say what is missing
                    exec(line, self._names)
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        self._names.pop(name, None)
        failed = None
        for statement in runnable(source):
            module = ast.Module([statement], type_ignores=[])
            try:
                with redirect_stdout(Printed()):
                    exec(compile(module, file, "exec"), self._names)
            except BaseException as error:
                failed = failed or error
        function = self._functions[name] = self._names.get(name)
        if function is None:
            return {"error": _described(failed) if failed else None}
        return {
            "signature": _signature(function),
            "is_stub": callable(function) and is_stub(function),
            "is_ours": _is_ours(function, parse(source), self._names, reference),
        }

    def _call(self, asked: dict, tensors: list) -> bytes:
        reader = wire.Reader(tensors, self._calling_back)
        arguments = [reader.value(words) for words in asked["arguments"]]
        untouched = wire.Reader([tensor.clone() for tensor in tensors], self._calling_back)
        before = [untouched.value(words) for words in asked["arguments"]]
        printed, message = Printed(), wire.Message()
        outcome = Outcome()
        try:
            with redirect_stdout(printed):
                outcome = Outcome(self._functions[asked["name"]](*arguments))
        except BaseException as error:
            traceback.clear_frames(error.__traceback__)  # a list that filled the memory goes too
            outcome = Outcome(None, error)
        try:
            reply: dict[str, Any] = {"printed": printed.text}
            if outcome.is_placeholder:
                reply["value"] = message.value(...)
            elif outcome.error:
                reply["error"] = _described(outcome.error)
            else:
                reply["value"] = message.value(outcome.value)
            reply["changed"] = [
                [place, message.value(after)]
                for place, (mine, after) in enumerate(zip(before, arguments, strict=True))
                if isinstance(after, torch.Tensor | list | dict | set) and not same(after, mine)
            ]
            return message.bytes(reply)
        except Exception as error:
            return wire.Message().bytes({"error": _described(ValueError(f"too large: {error}"))})

    def _calling_back(self, number: int) -> Callable:
        """A function of the grader's that the answer can call, and take gradients through."""

        def ask(values: tuple, named: dict, slopes: tuple | None = None) -> Any:
            message = wire.Message()
            words = {"call": number, "values": message.value(values), "named": message.value(named)}
            if slopes is not None:
                words["slopes"] = message.value(slopes)
            self._give(message.bytes(words))
            reply, tensors = wire.read(self._take)
            if "error" in reply:
                raise RuntimeError(reply["error"])
            return wire.Reader(tensors).value(reply["value"])

        class Asked(torch.autograd.Function):
            @staticmethod
            def forward(ctx, named, *values):
                ctx.named, ctx.values = named, values
                return ask(values, named)

            @staticmethod
            def backward(ctx, *slopes):
                return (None, *ask(ctx.values, ctx.named, slopes))

        def function(*values, **named):
            if any(isinstance(value, torch.Tensor) and value.requires_grad for value in values):
                return Asked.apply(named, *values)
            return ask(values, named)

        return function


def main(folder: str, memory: int, seconds: float, has_network: bool) -> None:
    """Put up the fence, say so, and serve. Standard input and output become the wire."""
    asks, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    torch.set_num_threads(1)

    def take(size: int) -> bytes:
        content = asks.read(size)
        if len(content) != size:  # the grader has hung up
            os._exit(0)
        return content

    def give(message: bytes) -> None:
        replies.write(message)
        replies.flush()

    fence.limit(memory, seconds)
    fence.close(folder)
    give(wire.Message().bytes({"has_network": has_network}))
    Bench(take, give).serve()


def _signature(function: Any) -> list[tuple[str, int, bool]] | None:
    """Name, kind and whether there is a default, of each parameter; None when it does not tell."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    return [(p.name, int(p.kind), p.default is not p.empty) for p in parameters]


def _is_ours(function: Any, tree: ast.Module, names: dict[str, Any], reference: str) -> bool:
    """Whether the package's own function is the answer, or is called by it under its name.

    It is found by its name, whatever it was imported as. Who makes up the name at run time is not.
    """
    module, _, name = reference.rpartition(".")
    ours = getattr(import_module(module), name)
    if function is ours:
        return True
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            with suppress(Exception):
                source = import_module(node.module)
                if any(getattr(source, alias.name, None) is ours for alias in node.names):
                    return True
        elif isinstance(node, ast.Name | ast.Attribute) and _reached(node, names) is ours:
            return True
    return False


def _reached(node: ast.expr, names: dict[str, Any]) -> Any:
    """What a name, or a name with dots behind a module, stands for."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        inside = _reached(node.value, names)
        if isinstance(inside, ModuleType):
            with suppress(Exception):
                return getattr(inside, node.attr)
    return None


def _described(error: BaseException) -> dict[str, Any]:
    """An error in words: its type, what it says, and the student's line that it comes from."""
    try:
        said = str(error)[:_MOST_SAID]
    except BaseException:
        said = ""
    arguments = [
        a[:_MOST_SAID] if isinstance(a, str | bytes) else a if type(a) is int else str(a)
        for a in error.args
    ]
    place = None
    if own_line(error):
        frames = reversed(traceback.extract_tb(error.__traceback__))
        place = next((f.lineno for f in frames if f.line and is_learners(f.filename)), None)
    told = wire.Message().value(arguments)
    return {"type": type(error).__name__, "said": said, "arguments": told, "line": place}
