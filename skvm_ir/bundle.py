"""What a skill's folder holds, as data: whoever reads a folder makes one, lifting and passes look into it."""

import hashlib
from collections.abc import Callable
from functools import partial

from attrs import field, frozen

from ..grammar.diagnostic import Diagnostic


@frozen
class Entry:
    """One file of a skill's folder. ``path`` is relative, with ``/``; ``mode`` the permission bits in octal,
    ``"644"`` or ``"755"``; ``load`` gives the bytes."""

    path: str
    size: int
    sha256: str
    mode: str
    load: Callable[[], bytes] = field(eq=False, repr=False)


@frozen
class Bundle:
    """A skill's folder. ``name`` is the folder's own name, ``main`` the path of its ``SKILL.md`` as it is spelled
    there, ``shown`` what people are told the folder is called, ``diagnostics`` what was found while reading it."""

    name: str
    main: str
    entries: dict[str, Entry]
    shown: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()

    @classmethod
    def of_bytes(cls, name: str, files: dict[str, bytes], main: str = "SKILL.md") -> "Bundle":
        """A bundle of files in memory, by path."""
        entries = {
            path: Entry(path, len(data), hashlib.sha256(data).hexdigest(), "644", partial(bytes, data))
            for path, data in sorted(files.items())
        }
        return cls(name, main, entries)

    def shown_path(self, path: str) -> str:
        """``path`` of the bundle as messages name it."""
        return f"{self.shown}/{path}" if self.shown else path

    @property
    def main_entry(self) -> Entry:
        """The entry of ``SKILL.md``."""
        return self.entries[self.main]
