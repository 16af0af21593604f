"""The backends by name."""

from .base import Backend
from .dot import DotBackend
from .skill_folder import SkillBackend
from .source import SourceBackend

ALL_BACKENDS: tuple[type[Backend], ...] = (SkillBackend, SourceBackend, DotBackend)
BACKENDS: dict[str, type[Backend]] = {backend.name: backend for backend in ALL_BACKENDS}
