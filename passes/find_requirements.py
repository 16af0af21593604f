"""Say what must be there at run time: distributions, commands, variables, hosts, services, servers.

Before:  text { b2 fence {lang = "python"} … "import cv2\\n" … }
After:   require @opencv-python {kind = "pip", name = "opencv-python", required = true} from [b2:10+10]

Readers (``requirement_*.py``) give findings from code, commands, prose, frontmatter and the files of the bundle; what
is found under one kind and name is one declaration. The standard library, modules of the bundle itself and what
every system has are none. A rule and its citations stand in a remark.
"""

from typing import ClassVar

from attrs import field, frozen
from attrs.validators import ge, le

from ..skvm_ir.module import Module
from .base import Pass
from .context import Context


@frozen
class FindRequirements(Pass):
    """Say what must be there at run time: packages, commands, variables, hosts, services."""

    name: ClassVar[str] = "find-requirements"

    confidence: int = field(default=0, validator=[ge(0), le(100)])
    """Leave out what only rules of less confidence than this show, in hundredths."""

    references: bool = False
    """Also read the further Markdown files; what only they show is optional, as it is wanted when they are read."""

    def run(self, module: Module, context: Context) -> bool:
        """Declare the requirements of each skill, and say in remarks which rule shows them."""
        from .requirement_declare import declare_requirements  # its patterns cost a start 20 ms, and only here

        changed = [
            declare_requirements(skill, context.files.get(skill.name, {}), self.confidence, self.references)
            for skill in module.skills
        ]
        return any(changed)
