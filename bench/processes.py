"""The other processes of a benchmark: the OpenFisca worker, and jobs that need a fresh interpreter."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

from bench.environment import bench_python
from bench.options import ROOT

KEEP_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": "33554432",
    "MALLOC_TRIM_THRESHOLD_": "8589934592",
    "MALLOC_TOP_PAD_": "268435456",
}
"""Tells glibc to keep freed memory: without it numpy pays for fresh pages in every run, and OpenFisca's compute can
take three times as long."""


class OpenFisca:
    """The OpenFisca worker; a context manager. `ask` sends an order and waits for the answer."""

    def __init__(self, *, keep_memory: bool = True) -> None:
        self.settings = KEEP_MEMORY if keep_memory else {}

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            [str(bench_python()), "-m", "bench.rules43.openfisca_worker"],
            cwd=ROOT,
            env={**os.environ, **self.settings, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()

    def ask(self, order: str, **arguments: Any) -> dict[str, Any]:
        """Send an order; the worker's own error text is on the terminal when it ends early."""
        assert self.process.stdin and self.process.stdout
        print(json.dumps({"order": order, **arguments}), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"OpenFisca 进程在“{order}”时中止，原因见上面的错误信息。")
        return json.loads(line)


def openfisca_version() -> dict[str, str]:
    """The version measured against."""
    code = "from importlib.metadata import version; print(version('openfisca-core'))"
    done = subprocess.run([str(bench_python()), "-c", code], capture_output=True, text=True, check=True)
    return {"OpenFisca-Core": done.stdout.strip()}


def fresh_openfisca(order: str, *, keep_memory: bool, **arguments: Any) -> dict[str, Any]:
    """One order in a worker of its own, so that its peak memory is that of this order alone."""
    with OpenFisca(keep_memory=keep_memory) as worker:
        return worker.ask(order, **arguments)


def fresh_anmin(job: str, **arguments: Any) -> dict[str, Any]:
    """One job of `bench/jobs.py` in a fresh interpreter."""
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-m", "bench.jobs", job, json.dumps(arguments, default=_plain)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def _plain(value: object) -> str:
    if isinstance(value, Path):
        return str(value)
    raise TypeError(value)
