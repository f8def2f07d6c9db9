"""Which way leads to a bank (通道选择). A bank that is reached by hand has none: somebody hands the file over and says so."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from anmin.kernel.payments.banks.layouts import Form
from anmin.kernel.payments.banks.ports import Port
from anmin.kernel.payments.banks.ports.folder import FolderPort


def exchange_home(form: Form) -> Path:
    """The folder that is shared with a bank's front-end machine."""
    return Path(settings.ANMIN_HOME) / "bankexchange" / form.key


def port_of(form: Form) -> Port | None:
    """The way to the bank of a format; None when a person goes there."""
    return FolderPort(exchange_home(form)) if form.port == "folder" else None
