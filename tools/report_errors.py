"""From findings to what a terminal or a program reads, and to exit codes: 0 done, 1 findings or failure, 2 usage."""

import sys
from collections.abc import Callable, Iterable
from functools import wraps
from typing import NoReturn, ParamSpec, TypeVar

import click

from ..grammar.diagnostic import Diagnostic, Severity, SkvmError

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

FAILED = 1


def show(diagnostics: Iterable[Diagnostic], as_json: bool = False) -> None:
    """Print findings to standard error, as people or as programs read them (a JSON object a line)."""
    for diagnostic in diagnostics:
        click.echo(_json(diagnostic) if as_json else diagnostic.render(), err=True)


def _json(diagnostic: Diagnostic) -> str:
    import json

    # Escaped, so that the line can be written and read whatever the terminal's encoding is.
    return json.dumps(diagnostic.to_json())


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """True when one of the findings stops the work."""
    return any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)


def fail(diagnostics: Iterable[Diagnostic], as_json: bool = False) -> NoReturn:
    """Print findings and end the program with exit code 1."""
    show(diagnostics, as_json)
    sys.exit(FAILED)


def system_refusal(error: OSError) -> Diagnostic:
    """A file system or system that says no (read-only, full, gone) as a finding (SKV600)."""
    reason = (error.strerror or str(error)).lower()
    help_text = "check the path, its permissions and the space left"
    return Diagnostic("SKV600", f"the system refused: {reason}", path=str(error.filename or ""), help=help_text)


def exits_cleanly(command: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """A command whose findings become text and an exit code: the only place where ``SkvmError`` is caught for good."""

    @wraps(command)
    def run(*arguments: Parameters.args, **options: Parameters.kwargs) -> Result:
        as_json = bool(options.get("as_json", False))
        try:
            return command(*arguments, **options)
        except SkvmError as error:
            fail(error.diagnostics, as_json)
        except BrokenPipeError:
            raise  # the reader has seen enough; click ends the program without a word
        except OSError as error:
            fail([system_refusal(error)], as_json)

    return run
