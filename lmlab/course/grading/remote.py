"""An answer in a sandbox, as a function that can be judged like any other."""

import builtins
import inspect
import linecache
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from lmlab.course.grading import wire
from lmlab.course.grading.answers import Answer
from lmlab.course.grading.sandbox import Sandbox, Stopped

_MOST_PARAMETERS = 50


class Remote:
    """The function of an answer cell; to call it calls it there, and waits.

    Its errors are raised here with the line of the student's cell that they come from; what it
    changes in its arguments is changed here, and what it prints is printed.
    """

    def __init__(self, sandbox: Sandbox, answer: Answer, told: dict[str, Any], file: str):
        self._sandbox, self._name, self._file = sandbox, answer.exercise.id, file
        self.__signature__ = _signature(told.get("signature"))
        self.__wrapped__ = _empty if told.get("is_stub") is True else _written
        self.is_ours = told.get("is_ours") is True

    def __call__(self, *arguments: Any) -> Any:
        """Raises Stopped when no value and no error comes back."""
        functions: list[Callable] = []
        message = wire.Message(functions)
        words = {"name": self._name, "arguments": [message.value(value) for value in arguments]}
        self._sandbox.say(message.bytes(words))
        reply, tensors = self._sandbox.hear()
        while "call" in reply:
            self._sandbox.say(_called_back(functions, reply, tensors))
            reply, tensors = self._sandbox.hear()
        try:
            error = _error(reply["error"]) if "error" in reply else None
            reader = wire.Reader(tensors)
            value = None if error else reader.value(reply["value"])
            changed = [(arguments[i], reader.value(words)) for i, words in reply.get("changed", ())]
            printed = str(reply.get("printed", ""))
        except (wire.Garbled, KeyError, TypeError, ValueError, IndexError, RecursionError) as wrong:
            self._sandbox.end(NO_ANSWER)
            raise Stopped(NO_ANSWER) from wrong
        print(printed, end="")
        for mine, theirs in changed:
            _overwrite(mine, theirs)
        if error:
            _raise_there(*error, self._file)
        return value


NO_ANSWER = "It sent the grader something that is no answer."


def load(sandbox: Sandbox, answer: Answer, imports: list[str], file: str) -> Remote:
    """Run the answer's cell in the sandbox, for the function that it defines.

    Raises what the cell raises, from its own line, NameError when it defines no such function,
    and Stopped when it takes too long or ends the process.
    """
    name, source = answer.exercise.id, answer.cell.python
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    cell = {
        "name": name,
        "source": source,
        "file": file,
        "imports": imports,
        "reference": answer.exercise.reference,
    }
    sandbox.say(wire.Message().bytes({"cell": cell}))
    told, _ = sandbox.hear()
    if "error" not in told:
        return Remote(sandbox, answer, told, file)
    if told["error"] is None:
        raise NameError(f"the cell defines no function {name}.")
    try:
        error = _error(told["error"])
    except (wire.Garbled, KeyError, TypeError, ValueError) as wrong:
        sandbox.end(NO_ANSWER)
        raise Stopped(NO_ANSWER) from wrong
    _raise_there(*error, file)


def _called_back(functions: list[Callable], asked: dict[str, Any], tensors: list[Tensor]) -> bytes:
    """Call a function that an answer was given; with slopes, their gradient through it."""
    message = wire.Message()
    try:
        reader = wire.Reader(tensors)
        function, values = functions[asked["call"]], reader.value(asked["values"])
        named = reader.value(asked["named"])
        if "slopes" in asked:
            value = _gradients(function, values, named, reader.value(asked["slopes"]))
        else:
            value = function(*values, **named)
        return message.bytes({"value": message.value(value)})
    except Exception as error:  # the answer called it with something that it does not take
        return wire.Message().bytes({"error": f"{type(error).__name__}: {error}"[:500]})


def _gradients(function: Callable, values: tuple, named: dict, slopes: tuple) -> tuple:
    """What `slopes`, behind the function, come to before it: one gradient for each value."""
    values = tuple(
        value.requires_grad_() if isinstance(value, Tensor) and value.is_floating_point() else value
        for value in values
    )
    inputs = [value for value in values if isinstance(value, Tensor) and value.requires_grad]
    with torch.enable_grad():
        out = function(*values, **named)
    pairs = zip(out if isinstance(out, tuple) else (out,), slopes, strict=True)
    pairs = [(end, slope) for end, slope in pairs if isinstance(end, Tensor) and end.requires_grad]
    ends, slopes = zip(*pairs, strict=True)
    found = iter(torch.autograd.grad(ends, inputs, slopes, allow_unused=True))
    return tuple(
        next(found) if isinstance(value, Tensor) and value.requires_grad else None
        for value in values
    )


def _overwrite(mine: Any, theirs: Any) -> None:
    """Do to an argument what the call did to its copy."""
    if isinstance(mine, Tensor) and isinstance(theirs, Tensor):
        with torch.no_grad():
            mine.set_(theirs.clone()) if mine.dtype == theirs.dtype else mine.zero_()
    elif isinstance(mine, list) and isinstance(theirs, list):
        mine[:] = theirs
    elif isinstance(mine, dict | set) and isinstance(theirs, dict | set):
        mine.clear()
        mine.update(theirs)


def _signature(told: Any) -> inspect.Signature:
    """A signature as the sandbox tells of it; of one that it does not tell, one that fits all."""
    try:
        return inspect.Signature(
            [
                inspect.Parameter(
                    str(name),
                    list(inspect._ParameterKind)[kind],
                    default=... if has_default else inspect.Parameter.empty,
                )
                for name, kind, has_default in told[:_MOST_PARAMETERS]
            ]
        )
    except (TypeError, ValueError, IndexError):
        return inspect.signature(lambda *arguments, **named: None)


def _error(told: dict[str, Any]) -> tuple[BaseException, int | None]:
    """The error that was told of, of the same type where that is one of Python's own."""
    kind, said, line = str(told["type"])[:100], str(told["said"]), told["line"]
    known = getattr(builtins, kind, None)
    if isinstance(known, type) and issubclass(known, Exception | SystemExit):
        error = known(*wire.Reader([]).value(told["arguments"]))
    else:
        error = type(kind, (Exception,), {})(said)
    return error, line if isinstance(line, int) else None


def _raise_there(error: BaseException, line: int | None, file: str) -> None:
    """Raise it from that line of the student's cell, for `own_line` to find."""
    last = len(linecache.cache.get(file, (0, None, []))[2])
    if line is None or not 0 < line <= last:
        raise error
    code = compile("\n" * (line - 1) + "raise error", file, "exec")
    exec(code, {"error": error})


def _empty():
    pass


def _written():
    return _empty
