"""Draws Graphviz texts; the only file that knows the ``graphviz`` library, which calls the ``dot`` program."""

from ..grammar.diagnostic import Diagnostic, SkvmError


def draw(dot: str, kind: str) -> bytes:
    """The picture of ``dot`` as ``kind`` (``svg``, ``png``, ``pdf``).

    Raises ``SkvmError``: SKV620 without the ``dot`` program, SKV621 when it refuses the text.
    """
    import graphviz

    try:
        return graphviz.Source(dot).pipe(format=kind, quiet=True)
    except graphviz.ExecutableNotFound as error:
        help_text = "install Graphviz (the package is usually called 'graphviz'), or write the text: -o flow.dot"
        raise SkvmError([Diagnostic("SKV620", "the program 'dot' is not installed", help=help_text)]) from error
    except graphviz.CalledProcessError as error:
        raise SkvmError(
            [Diagnostic("SKV621", f"'dot' failed: {error}", help="write the text instead: -o flow.dot")]
        ) from error
