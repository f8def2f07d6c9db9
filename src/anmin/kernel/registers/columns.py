"""Columns of registers that Django has none of: money in fen, written and shown in yuan."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from anmin.lib.money import parse_yuan


class FenField(models.BigIntegerField):
    """A sum of money (金额) held in fen; people type and read yuan. A number that is no text is fen already."""

    def clean(self, value: Any, model_instance: Any) -> Any:
        """What was typed in yuan, as fen."""
        if isinstance(value, str) and value.strip():
            try:
                value = parse_yuan(value)
            except ValueError as problem:
                raise ValidationError(str(problem), "money") from problem
            if value < 0:
                raise ValidationError("金额不能是负数。", "money")
        return super().clean(value, model_instance)
