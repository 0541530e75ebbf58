"""Hands pytest the hooks of this suite, which are all in one module."""

from fixtures.pytest_plugin.hooks import *  # noqa: F403
