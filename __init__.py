"""The compiler as a library: lift a skill, run passes over it, compile it for a target.

The names load on first use, so that ``import skvm`` costs nothing."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .backends.compile import compile, lift, run_passes

__all__ = ["compile", "lift", "run_passes"]


def __getattr__(name: str) -> object:
    if name in __all__:
        from .backends import compile as driver

        return getattr(driver, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
