"""Runs a benchmark again with the allocator told to keep freed memory, so that all sides are alike in that."""

from __future__ import annotations

import os
import sys

from bench.processes import KEEP_MEMORY


def with_kept_memory() -> None:
    """Replace this process by itself with the allocator's settings, unless it has them.

    The OpenFisca worker always has them. Without them the sides of this process would pay for fresh pages in
    every round and the worker would not.
    """
    if all(os.environ.get(name) == value for name, value in KEEP_MEMORY.items()):
        return
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, **KEEP_MEMORY})
