"""A sample of every kind (样张): invented people in Weihai, for looking at templates before anybody real is printed.

The numbers belong to nobody: no division begins with 99.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from anmin.kernel.papers import data, paysheets
from anmin.kernel.papers.entrysheets import EntryPaper
from anmin.kernel.papers.kinds import national
from anmin.lib.identifiers import check_digit

DIVISION = "371002001001"
DAY = date(2026, 11, 20)
RULES = "dibao 2026.07.1"
LAW = "民发〔2021〕57号 §8；民发〔2021〕57号 §27"
TOWN = data.Office(
    "环翠楼街道办事处", "环翠区文化中路 1 号便民服务中心 3 号窗口", "0631-0000001", "工作日 8:30—17:00"
)
COUNTY = data.Office("环翠区民政局", "环翠区新威路 1 号", "0631-0000002", "工作日 8:30—17:00")
REMEDY = data.Remedy("环翠区人民政府", "环翠区人民法院")


def _number(serial: int, birth_day: date) -> str:
    first = f"{990000 + serial:06d}{birth_day:%Y%m%d}{serial % 500:03d}"
    return first + check_digit(first)


CHEN = data.Party(
    "陈国栋",
    _number(11, date(1968, 3, 2)),
    "男",
    date(1968, 3, 2),
    "0631-0000011",
    "环翠楼街道北门外社区 3 号楼 2 单元 101",
    "本人",
    "慢性肾病",
    "肢体二级",
    "务农，有时打零工",
    185000,
)
MEMBERS = [
    CHEN,
    data.Party(
        "欧阳阿依努尔·买买提",
        _number(12, date(1970, 7, 9)),
        "女",
        date(1970, 7, 9),
        relation="妻子",
        health="一般",
    ),
    data.Party(
        "陈䶮",
        _number(14, date(2009, 9, 1)),
        "男",
        date(2009, 9, 1),
        relation="儿子",
        health="良好",
        work="高中在读",
    ),
]
LINES = [
    data.Line("低保标准（2026-07-01 起）", "910.00 元/人·月", "市民政标准"),
    data.Line("共同生活的家庭成员", "× 3 人", "户口簿、入户核查 11-12"),
    data.Line("家庭月收入合计", "− 2,198.00 元", "务工 1,850 · 养老金 186 · 流转 162"),
    data.Line("就业成本扣减", "+ 200.00 元", "本市上限 200"),
    data.Line("补差", "732.00 元/月", "910 × 3 − 2,198 + 200"),
]
INCOMES = [
    data.Sum("务工", 2220000, "工资条，每月 1,850"),
    data.Sum("养老金", 223200, "人社部门 10-31"),
    data.Sum("土地流转", 194400, "村委会证明"),
]
PROPERTY = [
    data.Item("住房", "自有 1 套，62 平方米"),
    data.Item("车辆", "无"),
    data.Item("存款", "8,600.00 元"),
]


def _head(issuer: data.Office, number: str) -> dict[str, Any]:
    return {"issuer": issuer, "number": number, "on": DAY, "matter": "最低生活保障", "rules": RULES}


def samples() -> dict[str, data.Paper]:
    """One paper of every national kind, by its key."""
    return {
        "application": data.ApplicationPaper(
            **_head(TOWN, "DB-371002-2026-000117"),
            applicant=CHEN,
            members=MEMBERS,
            hukou=CHEN.address,
            residence=CHEN.address,
            agent=data.Party("吴小红", relation="外甥女", phone="0631-0000012"),
            channel="窗口",
            incomes=INCOMES,
            property=PROPERTY,
            expenses=[data.Sum("透析自付", 960000, "医保结算后"), data.Sum("学费", 160000, "公办高中")],
            supporters=[
                data.Party("陈国梁", _number(13, date(1962, 5, 5)), relation="哥哥", address="环翠区竹岛街道")
            ],
            reason="本人患慢性肾病，每周透析三次，不能外出务工，家里收入不够日常生活。",
            bank="（登记后打印）",
            payee="陈国栋",
        ),
        "authorisation": data.AuthorisationPaper(
            **_head(COUNTY, "SQ-371002-2026-000117"),
            applicant=CHEN,
            signers=MEMBERS[:2],
            sources=["公安（户籍、车辆）", "人社（社保、就业）", "税务", "不动产登记", "公积金", "银行"],
            first_day=DAY,
            last_day=date(2027, 11, 19),
            notice="民政部门根据您的请求和委托，向有关单位查询您的收入和财产信息。\n查询只用于核对家庭经济状况。您可以随时撤回授权。",
            notice_version="check/2026-01",
        ),
        "acceptance": data.AcceptancePaper(
            **_head(TOWN, "DB-371002-2026-000117"),
            to=CHEN,
            accepted_on=DAY,
            due=date(2026, 12, 18),
            days=20,
            next_steps=[
                data.Item("入户调查", "11 月 25 日前，两名工作人员上门，请留人在家"),
                data.Item("信息核对", "由区民政局向有关部门查询，您不用做什么"),
                data.Item("公示", "在社区公示 7 天，只写姓名、人数和金额"),
                data.Item("确认", "12 月 18 日前告诉您结果"),
            ],
            handler="王丽",
        ),
        "notice_of_missing": data.MissingPaper(
            **_head(TOWN, "DB-371002-2026-000117"),
            to=CHEN,
            missing=[
                data.Item("全体成年家庭成员签名的授权书", "还缺陈国栋妻子的签名，可以在窗口或者家里签"),
                data.Item("医院的自付费用票据", "近 12 个月没有通过医保结算的部分"),
            ],
            free=[
                data.Item("户口簿复印件", "公安部门"),
                data.Item("残疾人证", "残联"),
                data.Item("结婚证", "婚姻登记系统"),
            ],
            promised=[data.Item("土地流转收入证明", "先写承诺，30 天内补交")],
            bring_by=date(2026, 12, 4),
            handler="王丽",
        ),
        "survey_form": data.SurveyPaper(
            **_head(TOWN, "DB-371002-2026-000117"),
            applicant=CHEN,
            members=MEMBERS,
            address=CHEN.address,
            visited_on=DAY,
            visitors=["王丽", "李强"],
            rows=[
                data.Seen("务工（月）", "1,500.00", "—", "1,850.00", "1,850.00", "工资条"),
                data.Seen("养老金（月）", "186.00", "186.00（人社 10-31）", "", "186.00", "部门数据"),
                data.Seen("土地流转（月）", "162.00", "—", "162.00", "162.00", "流转合同"),
                data.Seen("存款", "8,000.00", "8,600.00（银行 10-31）", "", "8,600.00", "部门数据"),
            ],
            dwelling="自有住房，六层楼的一层，62 平方米，两间卧室，家具简单，有血压计和常用药。",
            neighbours=[data.Item("邻居张大爷", "老陈病了三年多，以前在码头干活，现在干不动了。")],
            conclusion="按采用值计算，人均月收入 666.00 元，低于标准 910.00 元，差额每月 732.00 元。",
        ),
        "publicity_sheet": data.PublicityPaper(
            **_head(TOWN, "GS-371002001-2026-031"),
            place="北门外社区",
            rows=[
                data.Published("陈国栋", "北门外社区一组", 3, 73200, "低保"),
                data.Published("阿卜杜热合曼·阿卜杜克热木·买买提", "北门外社区二组", 4, 156000, "低保"),
                data.Published("林䶮", "北门外社区三组", 1, 91000, "低保"),
            ],
            first_day=DAY,
            last_day=date(2026, 11, 27),
        ),
        **_decisions(),
        **_besides(),
        **_of_entries(),
        "transfer_consent": data.TransferPaper(
            **_head(TOWN, "DB-371002-2026-000117"),
            applicant=CHEN,
            to_matter="最低生活保障边缘家庭认定",
            reason="您家人均月收入 1,012.00 元，高于低保标准 910.00 元，低于边缘家庭标准 1,365.00 元，可以转为申请边缘家庭认定。",
            kept=["申请书", "授权书", "核对报告", "入户调查表"],
        ),
        "summary": data.SummaryPaper(
            **_head(COUNTY, "DB-371002-2026-000117"),
            applicant=CHEN,
            members=MEMBERS,
            hukou=CHEN.address,
            residence=CHEN.address,
            recognised="最低生活保障，3 人",
            amount=73200,
            first_month=date(2026, 12, 1),
            incomes=INCOMES,
            property=PROPERTY,
            lines=LINES,
            reason="本人患慢性肾病，不能外出务工。",
            bank="（登记后打印）",
            survey="2026年11月20日，王丽、李强入户，情况与申请一致，务工收入按工资条采用 1,850.00 元。",
            check="2026年11月24日完成，存款 8,600.00 元，与申报相差 600.00 元，已说明。",
            publicity="2026年11月20日至11月27日在北门外社区公示，没有异议。",
            opinions=[
                data.Opinion("镇街审核意见", "符合条件，建议给予低保，每月 732.00 元。", "", None),
                data.Opinion("县级确认意见", "", "", None),
            ],
        ),
        "why": data.WhyPaper(
            **_head(COUNTY, "DB-371002-2026-000117"),
            to=CHEN,
            sentence="您家每月可以领 732.00 元。",
            lines=LINES,
            steps=[
                data.Line("家庭月收入合计", "2,198.00 元", "务工 1,850、养老金 186、流转 162 相加"),
                data.Line("扣减后的收入", "1,998.00 元", "2,198 减去就业成本 200"),
            ],
            amount=73200,
            law=LAW,
        ),
    }


def _decisions() -> dict[str, data.Paper]:
    over = "您家人均月收入 1,012.00 元，高于标准 910.00 元，每人每月多 102.00 元。"
    figures = [
        data.Line("家庭月收入合计", "3,036.00 元", "人社部门 10-31、工资条"),
        data.Line("共同生活的家庭成员", "3 人", "户口簿"),
        data.Line("人均月收入", "1,012.00 元", "3,036 ÷ 3"),
        data.Line("低保标准（2026-07-01 起）", "910.00 元/人·月", "市民政标准"),
    ]
    edge = data.Item(
        "申请边缘家庭认定", "人均月收入低于 1,365.00 元的可以申请，材料不用重交，签一份同意书就行"
    )
    quick = data.Item("临时救助", "遇到急难的，随时到街道或者打上面的电话")
    return {
        "decision": data.DecisionPaper(
            **_head(COUNTY, "威环民救确〔2026〕117号"),
            to=CHEN,
            recognised="最低生活保障家庭，保障 3 人",
            amount=73200,
            law=LAW,
            members=3,
            first_month=date(2026, 12, 1),
            lines=LINES,
            next_review=date(2027, 5, 31),
            remedy=REMEDY,
        ),
        "refusal": data.RefusalPaper(
            **_head(COUNTY, "威环民救不〔2026〕23号"),
            to=CHEN,
            sentence=over,
            law=LAW,
            reason="共同生活的家庭成员人均收入不低于当地最低生活保障标准。",
            remedy=REMEDY,
            lines=figures,
            applied_on=date(2026, 11, 2),
            instead=[edge, quick],
        ),
        "stop_notice": data.StopPaper(
            **_head(COUNTY, "威环民救停〔2026〕9号"),
            to=CHEN,
            sentence=over,
            law=LAW,
            reason="家庭收入增加，不再符合条件。",
            remedy=REMEDY,
            lines=figures,
            last_month=date(2026, 11, 1),
            since=date(2024, 3, 1),
            instead=[edge, quick],
        ),
        "change_notice": data.ChangePaper(
            **_head(COUNTY, "威环民救变〔2026〕41号"),
            to=CHEN,
            sentence="从2026年12月起，您家每月的低保金由 932.00 元变为 732.00 元，减少 200.00 元。",
            law=LAW,
            reason="家里人开始务工，月收入增加 200.00 元。",
            remedy=REMEDY,
            lines=LINES,
            before=93200,
            after=73200,
            first_month=date(2026, 12, 1),
        ),
        "recovery_notice": data.RecoveryPaper(
            **_head(COUNTY, "威环民救追〔2026〕3号"),
            to=CHEN,
            sentence="2026年9月至10月多发了低保金 400.00 元，需要退回。",
            law="社会救助暂行办法",
            reason="2026年9月起收入增加，应发 732.00 元，实际发了 932.00 元。",
            remedy=REMEDY,
            amount=40000,
            months=[
                data.PaidMonth(date(2026, 9, 1), 93200, 73200),
                data.PaidMonth(date(2026, 10, 1), 93200, 73200),
            ],
            pay_by=date(2026, 12, 31),
            account="环翠区财政专户（账号见缴款通知）",
        ),
        "termination": data.TerminationPaper(
            **_head(COUNTY, "威环民救终〔2026〕2号"),
            to=CHEN,
            sentence="我们 3 次约您入户调查，最近一次是2026年11月18日，都没有能够进行。",
            law="民发〔2021〕57号",
            reason="经书面提醒后仍不配合入户调查，无法核实家庭情况。",
            remedy=REMEDY,
            applied_on=date(2026, 11, 2),
        ),
    }


def _besides() -> dict[str, data.Paper]:
    tried = ("自主吃饭", "自主穿衣", "自主上下床", "自主如厕", "室内自主行走", "自主洗澡")
    return {
        "notice_of_change": data.ProposedChangePaper(
            **_head(TOWN, "威环民救拟〔2026〕5号"),
            to=CHEN,
            sentence="核查发现您家每月收入增加 200.00 元，拟把低保金由 932.00 元改为 732.00 元。",
            law=LAW,
            reason="家里人开始务工。",
            lines=LINES,
            hear_by=date(2026, 12, 4),
        ),
        "answer": data.AnswerPaper(
            **_head(COUNTY, "威环民救复〔2026〕8号"),
            to=CHEN,
            received_on=date(2026, 11, 10),
            question="邻居家情况相同，为什么只有我家没有享受低保。",
            answer="两家人口和收入不同，已经分别核算。您家的计算过程见所附说明。",
            law="民发〔2021〕57号",
        ),
        "minutes": data.MinutesPaper(
            **_head(TOWN, "LS-371002-2026-000009"),
            subject=CHEN,
            held_on=DAY,
            place="环翠楼街道会议室",
            present=["分管领导", "民政办", "北门外社区"],
            question="火灾后住房损毁，基本生活困难，申请金额超过一般限额。",
            opinions=[data.Item("民政办", "情况属实，建议救助。"), data.Item("北门外社区", "同意。")],
            result="同意给予急难型临时救助 6,000.00 元。",
        ),
        "assessment": data.AssessmentPaper(
            **_head(COUNTY, "TK-371002-2026-000003"),
            person=CHEN,
            assessed_on=DAY,
            indicators=[data.Item(one, "不能" if at > 3 else "能") for at, one in enumerate(tried)],
            grade="部分丧失生活自理能力",
            assessors=["王丽", "李强"],
        ),
        "pay_sheet": paysheets.PaySheetPaper(
            **_head(COUNTY, "371002-202611-01"),
            month=date(2026, 11, 1),
            place="环翠楼街道",
            rows=[
                paysheets.Payee(CHEN.name, "WH0001", "最低生活保障", 3, "0018", 73200),
                paysheets.Payee("欧阳阿依努尔·买买提", "WH0002", "特困人员救助供养", 1, "现金", 139650),
            ],
            prepared_by="王丽",
        ),
        "voucher": paysheets.VoucherPaper(
            **_head(COUNTY, "371002-202611-01"),
            month=date(2026, 11, 1),
            rows=[
                paysheets.Funded("中央困难群众救助补助", "最低生活保障", 73200),
                paysheets.Funded("县级财政", "特困人员救助供养", 139650),
            ],
            lines=2,
            fen=212850,
            seal="9f2c4a1be07d5538",
            prepared_by="王丽",
            signed_by=["李强", "赵敏"],
        ),
    }


def _of_entries() -> dict[str, data.Paper]:
    """Papers of registers' entries: each kind brings the words of its own sample."""
    return {
        key: EntryPaper(
            **{**_head(COUNTY, "样张-0000001"), "matter": row["name"]},
            place="环翠区环翠楼街道",
            values={name: str(value) for name, value in row["sample"]["values"].items()},
            of=row["sample"].get("of", {}),
            reason=row["sample"].get("reason", ""),
        )
        for key, row in national().items()
        if row.get("register")
    }
