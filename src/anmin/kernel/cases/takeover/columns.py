"""The columns of a list of running benefits (转入清单的列), its template, and which benefits may stand in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

from anmin.kernel.facts.intake.quarantine import Line, write_book
from anmin.kernel.facts.intake.sheets import Column, Sheet
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.benefits import Benefit
from anmin.policy.types import Kind

NEVER = frozenset({"assistance/fade_out", "assistance/price_subsidy"})
"""What no list takes over: a fade-out has its last month by our rules, a price subsidy is started month by month."""
WAYS = {"social": "社会保障卡", "card": "银行卡", "book": "存折", "cash": "现金"}
MONTHLY, YEARLY = "月", "年"
CLASSES = ("A", "B", "C")
MARK = "仅限办理业务使用"


@dataclass(frozen=True)
class Listed(Column):
    """A column whose words are offered in a list."""

    options: tuple[str, ...] = ()

    @property
    def choices(self) -> list[str]:
        """What the drop-down offers."""
        return list(self.options)


@lru_cache(maxsize=1)
def benefits() -> dict[str, Benefit]:
    """The benefits that a list may take over, by key: those paid by the month or by the year, and recognitions."""
    return {key: row for key, row in rulebook().benefits.items() if _may_run(key, row)}


def _may_run(key: str, row: Benefit) -> bool:
    return key not in NEVER and row.period != "once"


@lru_cache(maxsize=1)
def sheet() -> Sheet:
    """The one sheet of a list."""
    titles = tuple(sorted((row.title for row in benefits().values()), key=len))
    return Sheet(
        "households",
        "在册待遇",
        (
            Column(
                "identity", "证件号码", "identity", required=True, hint="户主或本人的身份证号，按文本填写"
            ),
            Column("name", "姓名", "name", required=True, hint="与户籍登记一致，用来核对号码"),
            Column("home", "户编号", "text", hint="知道就填，填了就核对"),
            Listed("benefit", "待遇", "text", required=True, options=titles),
            Listed("review_class", "类别", "text", hint="动态管理类别，不填按 A 类", options=CLASSES),
            Column(
                "fen",
                "金额（元）",
                "number",
                Kind.FEN,
                required=True,
                hint="原决定的金额；只认定不发钱的填 0",
            ),
            Listed(
                "period",
                "发放周期",
                "text",
                hint="不填按月；按年发放的必须填“年”，金额填一年的",
                options=(MONTHLY, YEARLY),
            ),
            Column("since", "享受起始日", "number", Kind.DAY, required=True, hint="如 2019-04-01"),
            Column("old_number", "原决定文号", "text", required=True, hint="没有文号的填原系统的编号"),
            Column("old_on", "原决定日期", "number", Kind.DAY, required=True, hint="如 2019-03-20"),
            Column("office", "原决定机关", "text", required=True),
            Column("review_asked", "下次复核日", "number", Kind.DAY, hint="不填按类别分散安排"),
            Column(
                "last_paid",
                "已发至",
                "text",
                required=True,
                hint="原系统最后发到的月份，如 2026-11；本系统从下一个月发起。按年的填最近一次发放的月份，从没发过的填享受起始日的上一个月",
            ),
            Listed("way", "账户类型", "text", hint="不填按社会保障卡", options=tuple(WAYS.values())),
            Column("bank", "开户银行", "text"),
            Column("account", "账号", "identity", hint="按文本填写；没有就空着，以后再登记"),
            Column("holder", "户名", "text", hint="不填按姓名；只能是本人、家庭成员或监护人"),
        ),
    )


LINES: list[Line] = [
    ("做什么用", "把原系统正在发放的待遇转到本系统，不用逐户重新审核。金额照原决定，一分不变。"),
    ("怎样填", "一项待遇一行。低保等按户发的填户主，残疾人补贴、高龄津贴等按人发的填本人。"),
    ("必填", "列名带 * 的必须填写。表头不要改。"),
    ("已发至", "写原系统最后一次发到的月份。写早了会重复发，写晚了会漏发，请和财务核对。"),
    ("上传以后", "先检查，不合格的行退回并写明原因，改好再传；合格的提交后由另一人确认才生效。"),
    ("按年发放", "发放周期填“年”，金额填一年的。最近一次发放的那一年不再发，本系统从下一年到期的月份发起。"),
    ("金额不一样", "本系统按现有资料测算，和原决定不一样的列入复核，不会自动减发、停发。"),
]
EXAMPLE: dict[str, str | int] = {
    "identity": "990001198503070011",
    "name": "示例甲",
    "benefit": "最低生活保障金",
    "review_class": "B",
    "fen": 860,
    "period": MONTHLY,
    "since": "2019-04-01",
    "old_number": "示民救〔2019〕12号",
    "old_on": "2019-03-20",
    "office": "示例县民政局",
    "last_paid": "2026-11",
}
"""A person who does not exist: no division begins with 99."""


def template(*, with_example: bool = False) -> bytes:
    """The template as a workbook, with its explained header."""
    out = BytesIO()
    write_book(out, [sheet()], LINES, {"households": [EXAMPLE]} if with_example else {})
    return out.getvalue()
