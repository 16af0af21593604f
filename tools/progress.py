"""How far a long job is: one line that is written over on a terminal, nothing in a pipe."""

from typing import TextIO

from attrs import define


@define
class Progress:
    """Counts ``done`` of ``total`` on ``stream``; ``finish`` takes the line away again."""

    total: int
    stream: TextIO
    done: int = 0

    @property
    def shown(self) -> bool:
        """True when somebody watches and there is something to wait for."""
        return self.total > 1 and self.stream.isatty()

    def step(self, name: str) -> None:
        """One more is done: ``name``."""
        self.done += 1
        if self.shown:
            width = len(str(self.total))
            self.stream.write(f"\r\x1b[K[{self.done:{width}}/{self.total}] {name[:60]}")
            self.stream.flush()

    def finish(self) -> None:
        """Take the line away."""
        if self.shown:
            self.stream.write("\r\x1b[K")
            self.stream.flush()
