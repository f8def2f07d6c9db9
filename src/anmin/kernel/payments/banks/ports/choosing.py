"""Which way leads to a bank (通道选择). A bank that is reached by hand has none: somebody hands the file over and says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from anmin.kernel.payments.banks.layouts import Form, forms
from anmin.kernel.payments.banks.ports import Port
from anmin.kernel.payments.banks.ports.folder import FolderPort


def exchange_home(form: Form, division: str) -> Path:
    """The folder that a place shares with a bank's front-end machine."""
    return Path(settings.ANMIN_HOME) / "bankexchange" / division / form.key


def port_of(form: Form, division: str) -> Port | None:
    """The way to the bank of a format; None when a person goes there."""
    return FolderPort(exchange_home(form, division)) if form.port == "folder" else None


def ports() -> Iterator[tuple[Form, str, Port]]:
    """Every way that leads anywhere by now, with its format and place."""
    for home in sorted((Path(settings.ANMIN_HOME) / "bankexchange").glob("*/*")):
        for form in forms():
            if form.key == home.name and (port := port_of(form, home.parent.name)) is not None:
                yield form, home.parent.name, port
