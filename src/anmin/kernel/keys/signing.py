"""Signed files (文件签章): an SM2 signature beside a file that is written once, over its name, size and SM3.

A hash kept in the database would be changed by whoever changes the file and has the database; the signature needs the
key ring as well (GB/T 39786: 重要数据存储完整性).
"""

from __future__ import annotations

import json
from pathlib import Path

from anmin.kernel.keys.queries import ring
from anmin.lib.crypto import is_signed_by, sm3_of_file

SUFFIX = ".sig"


def signature_of(path: Path) -> Path:
    """Where the signature of a file lies."""
    return path.with_name(path.name + SUFFIX)


def sign_file(path: Path, name: str) -> None:
    """Sign a file that is complete, under the name by which it is known, such as its path below the lake."""
    signer = ring().signer
    content = {"public": signer.public.hex(), "signature": signer.sign(_message(path, name)).hex()}
    target = signature_of(path)
    making = target.with_name(target.name + ".making")
    making.write_text(json.dumps(content), "utf-8")
    making.replace(target)


def problem_with_file(path: Path, name: str) -> str:
    """What is wrong with a signed file; empty when it is as this installation signed it."""
    if not path.is_file():
        return "文件不见了"
    try:
        held = json.loads(signature_of(path).read_text("utf-8"))
        public, signature = str(held["public"]), bytes.fromhex(held["signature"])
    except OSError:
        return "签名不见了"
    except (ValueError, KeyError, TypeError):
        return "签名读不出来"
    if signature.hex() != held["signature"]:
        return "签名读不出来"
    if public not in ring().signers:
        return "不是本系统的密钥签的"
    if not is_signed_by(bytes.fromhex(public), _message(path, name), signature):
        return "与入库时不同"
    return ""


def _message(path: Path, name: str) -> bytes:
    return f"anmin file {json.dumps([name, path.stat().st_size, sm3_of_file(path).hex()])}".encode()
