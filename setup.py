"""Build hook: writes the parser tables of the grammars beside them; all else about packaging is in pyproject.toml."""

import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

# The folder that becomes `skvm` is the repository's root or a build folder, neither of which need be called skvm.
BUILD_TABLES = """
import runpy, sys, types
package = types.ModuleType("skvm")
package.__path__ = [sys.argv.pop(1)]
sys.modules["skvm"] = package
runpy.run_module("skvm.grammar.load", run_name="__main__", alter_sys=True)
"""


class BuildWithTables(build_py):
    """Copies the package, then builds the tables into the copy; an editable install has them in the source tree."""

    def run(self) -> None:
        """Build; the tables are never taken from the source tree, where they may be stale."""
        package = Path(self.build_lib, "skvm")
        if self.editable_mode:
            package = Path(__file__).parent
        else:
            # Setuptools keeps modules here that the source no longer has, and would ship them.
            shutil.rmtree(package, ignore_errors=True)
        super().run()
        subprocess.run([sys.executable, "-B", "-c", BUILD_TABLES, str(package.absolute()), "--build"], check=True)

    def find_package_modules(self, package: str, package_dir: str) -> list[tuple[str, str, str]]:
        """The modules of one package; this file stands in the folder of `skvm` and is no module of it."""
        return [found for found in super().find_package_modules(package, package_dir) if found[1] != "setup"]


setup(cmdclass={"build_py": BuildWithTables})
