"""Sealed columns: fields sealed, opened and indexed a second, against AES, against C code called per field, against pure Python."""

from __future__ import annotations

import os
from collections.abc import Callable

from bench.book import installation
from bench.measuring import interleaved, timed
from bench.options import Options
from bench.report import Report

FIELDS, PURE = 100_000, 300
RATE = 50_000


def run(options: Options, report: Report) -> None:
    """Seal numbers of eighteen digits for their rows, as writers by COPY do it, and do the same by other means."""
    with installation(options, "crypto"):
        _measure(options, report)


def _measure(options: Options, report: Report) -> None:
    import gmalg
    import gmssl_pyx

    from anmin.kernel.keys.fields import bound, opened_text, sealed_text
    from anmin.kernel.keys.queries import blind_index, ring
    from anmin.lib.crypto import SealingKey, Suite, seal

    count = options.size(FIELDS) if options.usual else 20_000
    texts = [f"99{number:016d}" for number in range(count)]
    sealed = [sealed_text(text, "kernel_identifier", "value", at) for at, text in enumerate(texts)]
    secret, aes = ring().data_key().secret, SealingKey(9, os.urandom(32), Suite.AES_256_GCM)
    nonce = os.urandom(12)
    places = [bound("kernel_identifier", "value", at) for at in range(count)]

    def pure() -> None:
        """Block cipher alone, two blocks a field: no mode, no tag, to its favour."""
        cipher = gmalg.SM4(secret)
        for text in texts[:PURE]:
            raw = text.encode().ljust(32)
            cipher.encrypt(raw[:16])
            cipher.encrypt(raw[16:])

    sides: dict[str, Callable[[], object]] = {
        "seal (SM4-GCM, place bound)": lambda: [
            sealed_text(text, "kernel_identifier", "value", at) for at, text in enumerate(texts)
        ],
        "open": lambda: [
            opened_text(value, "kernel_identifier", "value", at) for at, value in enumerate(sealed)
        ],
        "blind index (HMAC-SM3)": lambda: [blind_index("resident", text) for text in texts],
        "bare SM4-GCM of GmSSL": lambda: [
            gmssl_pyx.sm4_gcm_encrypt(secret, nonce, place, text.encode())
            for place, text in zip(places, texts, strict=True)
        ],
        "seal (AES-256-GCM)": lambda: [
            seal(aes, text.encode(), place) for place, text in zip(places, texts, strict=True)
        ],
        "pure Python SM4 (gmalg)": pure,
    }
    series = interleaved(
        {name: timed(work) for name, work in sides.items()}, options.times(5), settle=options.settle
    )
    done = dict.fromkeys(sides, count) | {"pure Python SM4 (gmalg)": PURE}
    rates = {name: done[name] / found.median for name, found in series.items()}
    report.table(
        f"{count:,} fields of 18 bytes, one thread",
        ["side", "fields/s (median)", "fields/s (best)"],
        [[name, f"{rates[name]:,.0f}", f"{done[name] / found.least:,.0f}"] for name, found in series.items()],
    )
    ours = rates["seal (SM4-GCM, place bound)"]
    report.at_least("fields sealed a second", ours, RATE, "/s")
    report.at_least("fields opened a second", rates["open"], RATE, "/s")
    report.at_least("sealed against pure Python", ours / rates["pure Python SM4 (gmalg)"], 5)
