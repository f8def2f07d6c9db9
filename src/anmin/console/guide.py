"""The interface in human words (接口说明): each call with an example that can be copied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Example:
    """One call: what it is for, what it needs, how it is written, and what comes back."""

    title: Any
    power: str
    words: Any
    call: str
    answer: str


def examples(root: str) -> list[Example]:
    """The calls of the partner API at an address. The number in them can belong to nobody."""
    head = '-H "Authorization: Bearer $ANMIN_KEY"'
    json = '-H "Content-Type: application/json"'
    api, spdci = f"{root}api/v1", f"{root}spdci/social"
    return [
        Example(
            _("查询一个人的认定状态"),
            "status.read",
            _("只写办这件事用得着的数据项；事项会记入本人的查阅记录。"),
            f'curl {head} {json} {api}/status \\\n  -d \'{{"number": "990000195003020026", "fields": '
            '["person.registered", "status.receives"], "matter": "两补核对-2026-001"}\'',
            '{"on": "2026-11-25", "values": {"person.registered": true, "status.receives": false}}',
        ),
        Example(
            _("报送一批数据"),
            "batches.send",
            _("带 Idempotency-Key，断线后原样重发不会重复；不合格的行进隔离区，其余照常落库。"),
            f'curl {head} -H "Idempotency-Key: ylj-2026-10" -F file=@ylj_202610.csv \\\n  {api}/sources/pensions/2026-10',
            '{"batch": 12, "read": 2000, "landed": 1987, "quarantined": 13, "is_repeat": false, …}',
        ),
        Example(
            _("大文件分片报送，断线后接着传"),
            "batches.send",
            _(
                "先报文件名、大小和 SHA-256，再按顺序传每片（不超过 2 MB），最后收齐落库。断线后原样再报一次，"
                "received 写明从第几个字节接着传；没传完的文件 48 小时后清理，没有落库任何数据。"
            ),
            f'curl {head} {json} {api}/uploads \\\n  -d \'{{"source": "pensions", "period": "2026-10", '
            '"name": "ylj_202610.csv", "size": 73400320, "sha256": "9f86…"}\'\n'
            f"curl {head} -X PUT --data-binary @piece0 {api}/uploads/7/pieces/0\n"
            f"curl {head} {json} {api}/uploads/7/finish -d '{{}}'",
            '{"id": 7, "received": 2097152, "size": 73400320, "state": "open", …}',
        ),
        Example(
            _("来源登记了签名公钥的，连同签名报送"),
            "batches.send",
            _(
                "签的是“anmin batch|来源|期间|”加文件的 SM3 值（SM2，十六进制或 base64）。没有签名或签名不符的，整个文件退回。"
            ),
            f"curl {head} -F file=@ylj_202610.csv -F signature=3045022100… \\\n  {api}/sources/pensions/2026-10",
            '{"batch": 12, "read": 2000, "landed": 2000, "quarantined": 0, "is_repeat": false, …}',
        ),
        Example(
            _("取隔离行，改正后只重传这些行"),
            "batches.send",
            _("每行写明行号、列、代码和原因；也可以在本单位页面下载和上传。"),
            f"curl {head} {api}/batches/12/quarantine",
            '{"rows": [{"row": 6, "column": "城乡居民养老金（月）", "code": "not_a_number", "reason": "…"}], "next": null}',
        ),
        Example(
            _("答复校核单"),
            "slips",
            _("error 为原值有误（必须写更正后的值），right 为原值无误，unknown 为无法核实。"),
            f'curl {head} {json} {api}/slips/3/answer \\\n  -d \'{{"answer": "error", "corrected": "已报废"}}\'',
            '{"id": 3, "state": "answered", "answer": "error", …}',
        ),
        Example(
            _("国际标准接口（SPDCI）即时查询"),
            "registry",
            _("登记发送方标识和公钥以后使用；消息要签名，答复也有签名，公钥在 keys.json。"),
            f"curl {head} {json} {spdci}/registry/sync/search -d @search.json",
            '{"signature": "…", "header": {"action": "on-search", "status": "succ", …}, "message": {…}}',
        ),
        Example(
            _("看自己的调用日志"),
            "",
            _("任何密钥都可以看自己的调用日志。"),
            f"curl {head} {api}/calls",
            '{"rows": [{"id": 88, "path": "/api/v1/status", "status": 200, "persons": 1, …}], "next": null}',
        ),
    ]
