"""Tests of the passes; a package, so that they can share small modules."""
