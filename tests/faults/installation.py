"""An installation in a home of its own, with its own database, run through `run.py` as an operator would."""

import functools
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from boot import postgres
from boot.environment import VENV, python_environment

ROOT = Path(__file__).parents[2]
RUN = [sys.executable, "run.py"]
FOREIGN = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "ANMIN_STATIC_MANIFEST", "ANMIN_HOME")


class Installation:
    """A home and the commands on it."""

    def __init__(self, home):
        self.home = home
        kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        self.environment = {**kept, "ANMIN_HOME": str(home)}
        self.cluster = postgres.Cluster(postgres.find_binaries(VENV), home / "postgres")

    def prepare(self):
        """Database and tables: a copy of those that this process has made once."""
        self.home.mkdir(parents=True, exist_ok=True)
        shutil.copytree(_made_once() / "postgres", self.cluster.data)
        self.cluster.data.chmod(0o700)
        self.cluster.adopt(self.cluster.data)
        self.cluster.start()

    def make(self):
        """Database and tables, the whole way."""
        self.cluster.start()
        self.cluster.ensure_database("anmin")
        self.python("-m", "django", "migrate", "-v0", "--settings", "config.settings")
        self.cluster.stop()

    def python(self, *arguments, **more):
        """Run our Python on this home; its output."""
        environment = python_environment() | self.environment
        environment |= {
            "DATABASE_URL": self.cluster.url("anmin"),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        done = subprocess.run(
            [str(VENV / "bin/python"), *arguments],
            cwd=ROOT,
            env=environment | more,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def logged(self, log, *arguments, **more):
        """Run our Python on this home with all it says in a log, as a service; its exit code."""
        environment = python_environment() | self.environment
        environment |= {
            "DATABASE_URL": self.cluster.url("anmin"),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        with log.open("ab") as file:
            return subprocess.run(
                [str(VENV / "bin/python"), *arguments],
                cwd=ROOT,
                env=environment | more,
                stdout=file,
                stderr=file,
            ).returncode

    def django(self, code):
        """Run a few lines with Django set up."""
        return self.python("-c", f"import django; django.setup()\n{code}").strip()

    def anmin(self, *arguments, **more):
        """Run our command line; the finished process."""
        return subprocess.run(
            [*RUN, "anmin", *map(str, arguments)],
            cwd=ROOT,
            env=self.environment | more,
            capture_output=True,
            text=True,
        )

    def sql(self, query, database="anmin"):
        """What the database says, as text."""
        base = ["-h", str(self.cluster.sockets), "-U", postgres.SUPERUSER, "-d", database, "-Atc", query]
        done = self.cluster._run("psql", *base)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def stop(self):
        """End all that runs here."""
        subprocess.run([*RUN, "stop"], cwd=ROOT, env=self.environment, capture_output=True)


@functools.cache
def _made_once():
    """The home of a cluster with all tables, stopped: the way there takes half a minute, a copy one second."""
    folder = tempfile.TemporaryDirectory(prefix="anmin-made-")
    _KEPT.append(folder)
    one = Installation(Path(folder.name))
    one.make()
    return one.home


_KEPT = []
"""A folder goes when the process ends and not before."""
