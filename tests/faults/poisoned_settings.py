"""The settings with jobs that are poison."""

import os

from config.settings import *  # noqa: F403

PROCRASTINATE_IMPORT_PATHS = ["tests.faults.poison"]
CARELESS = os.environ.get("CARELESS") == "1"
