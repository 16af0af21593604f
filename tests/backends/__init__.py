"""Tests of the backends and of the compile driver; a package, so that they can share small skills."""
