"""Starting a process: two thousand modules are loaded, and nothing of them is rubbish."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def loading() -> Iterator[None]:
    """Python does not look for rubbish meanwhile, and never again among what was loaded.

    It looked 700 times while a command started, each time through all that was there: a quarter of the processor
    time of every command, worker and web process before its first line of work.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
