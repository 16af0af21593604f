"""The version of the compiler: the one place that states it. pyproject.toml reads it from here, and so do reports, as
asking the installed distribution takes longer than compiling a skill."""

VERSION = "0.1.0"
