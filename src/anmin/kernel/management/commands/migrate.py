"""Django's `migrate`, which builds of the tables' past only what a step changes.

Before each step Django builds a class for every table as it was on that day, and after each operation again for every
table that a chain of foreign keys leads to. Here nearly all are in one chain, through the users: 28,000 classes were
built for 300 tables, four fifths of the time that a new installation, and every database of the tests, took to start.
See docs/decisions/0056-migrations-build-what-they-change.md.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from django.core.management.commands import migrate
from django.db.migrations.state import ProjectState

_STATE: Any = ProjectState
"""The class whose private parts are used here, which its types do not name."""
_djangos = _STATE.reload_model


class Command(migrate.Command):
    """Update the tables."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what Django does, with fewer classes."""
        with built_by_need():
            super().handle(*args, **options)


@contextlib.contextmanager
def built_by_need() -> Iterator[None]:
    """Operations build again the model they change; what hangs together with it only where a relation changes."""
    _STATE.reload_model = _build_again
    try:
        yield
    finally:
        _STATE.reload_model = _djangos


def _build_again(state: Any, app_label: str, model_name: str, delay: bool = False) -> None:
    """What Django does after an operation on one model, with fewer of the others.

    `delay` is Django's own word that no relation changes; it then still builds the neighbours. A neighbour that is
    left knows a class of before, which differs in nothing that it asks for, unless the table has another name or
    the neighbour inherits. Where a relation changes, neighbours are built and not theirs in turn. That some know
    classes of before is noted in `is_delayed`: Django then builds all of them anew for code that works on rows
    (`RunPython`), and in the end.
    """
    if "apps" not in state.__dict__:
        return
    state.is_delayed = True
    before = state.apps.all_models[app_label].get(model_name)
    if before is None:
        is_alone = not delay  # a new model; one that has a new name is asked for with `delay`
    else:
        has_its_name = before._meta.db_table == _table(state, app_label, model_name)
        is_alone = delay and has_its_name and not before.__subclasses__()
    changed = {(app_label, model_name)}
    state._reload(changed if is_alone else state._find_reload_model(app_label, model_name, delay=True))


def _table(state: Any, app_label: str, model_name: str) -> str:
    options: dict[str, Any] = state.models[app_label, model_name].options
    return options.get("db_table") or f"{app_label}_{model_name}"
