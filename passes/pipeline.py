"""A pipeline: passes in the order they run. ``pipeline_parser`` reads one from text."""

from attrs import frozen

from .base import Pass


@frozen
class Pipeline:
    """Passes in the order they run; ``str()`` is the text that ``parse_pipeline`` reads back."""

    passes: tuple[Pass, ...] = ()

    def __str__(self) -> str:
        return ",".join(map(str, self.passes))
