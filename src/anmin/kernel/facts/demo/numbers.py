"""Identity and household numbers of the demonstration city, made in columns."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from anmin.policy.codes import Sex

PREFIX = 990_000
"""No division begins with 99, so these numbers can belong to nobody."""
WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int64)
CHECK = np.frombuffer(b"10X98765432", dtype=np.uint8)


def identity_numbers(birth_days: np.ndarray, sex: np.ndarray, serial: np.ndarray) -> pa.Array:
    """Eighteen-digit numbers with valid check digits (GB 11643), all different for up to five million serials.

    `birth_days` are yyyymmdd, `serial` a running number; region digits 3–6 take what the three-digit sequence
    has no room for.
    """
    n = len(birth_days)
    digits = np.empty((n, 18), dtype=np.uint8)
    sequence = serial % 500 * 2 + (sex == Sex.MALE)
    region = PREFIX + serial // 500 % 10_000
    for column, divisor in enumerate((100_000, 10_000, 1_000, 100, 10, 1)):
        digits[:, column] = region // divisor % 10
    for column in range(8):
        digits[:, 6 + column] = birth_days // 10 ** (7 - column) % 10
    for column, divisor in enumerate((100, 10, 1)):
        digits[:, 14 + column] = sequence // divisor % 10
    check = (digits[:, :17].astype(np.int64) @ WEIGHTS) % 11
    digits[:, :17] += ord("0")
    digits[:, 17] = CHECK[check]
    return _texts(digits)


def household_numbers(first: int, count: int) -> pa.Array:
    """Household numbers D000000001 …, ascending."""
    serial = np.arange(first, first + count)
    digits = np.empty((count, 10), dtype=np.uint8)
    digits[:, 0] = ord("D")
    for column in range(9):
        digits[:, 1 + column] = serial // 10 ** (8 - column) % 10 + ord("0")
    return _texts(digits)


def person_keys(serial: np.ndarray) -> pa.Array:
    """Keys P000000001 …: a snapshot knows nobody by an identity number."""
    digits = np.empty((len(serial), 10), dtype=np.uint8)
    digits[:, 0] = ord("P")
    for column in range(9):
        digits[:, 1 + column] = serial // 10 ** (8 - column) % 10 + ord("0")
    return _texts(digits)


def _texts(bytes_by_row: np.ndarray) -> pa.Array:
    """Rows of equal length as an Arrow string column, without a Python object per row."""
    n, width = bytes_by_row.shape
    offsets = np.arange(0, (n + 1) * width, width, dtype=np.int32)
    return pa.StringArray.from_buffers(
        n, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(bytes_by_row))
    )
