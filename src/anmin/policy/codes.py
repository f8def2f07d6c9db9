"""Coded facts: each code is an integer in the data and an official term on the page."""

from __future__ import annotations

from enum import IntEnum
from typing import Self


class Code(IntEnum):
    """An integer code with its official Chinese term."""

    title: str

    def __new__(cls, value: int, title: str) -> Code:
        """Make a member from its number and its term."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.title = title
        return member

    @classmethod
    def of(cls, value: int) -> Self:
        """The member with this number; raises KeyError for a number that stands for nothing."""
        return {int(member): member for member in cls}[value]


class Settlement(Code):
    """Urban or rural (城乡类别) for the choice of a rate: a fact of the household or, for tekun, the person."""

    URBAN = 0, "城镇"
    RURAL = 1, "农村"


class Rounding(Code):
    """How a household's total is rounded, once (取整方式)."""

    CENT = 0, "保留到分"
    YUAN_HALF_UP = 1, "四舍五入到元"
    YUAN_UP = 2, "进位到元"
    TEN_YUAN_UP = 3, "进位到十元"


class Sex(Code):
    """Sex (性别), GB/T 2261.1."""

    UNKNOWN = 0, "未知"
    MALE = 1, "男"
    FEMALE = 2, "女"
    UNSTATED = 9, "未说明"


class Relation(Code):
    """Relation to the head of the household (与户主关系), grouped from GB/T 4761."""

    HEAD = 0, "户主"
    SPOUSE = 1, "配偶"
    CHILD = 2, "子女"
    GRANDCHILD = 3, "孙子女或外孙子女"
    PARENT = 4, "父母"
    GRANDPARENT = 5, "祖父母或外祖父母"
    SIBLING = 6, "兄弟姐妹"
    OTHER = 8, "其他"


class DisabilityKind(Code):
    """Kind of disability on the certificate (残疾类别)."""

    NONE = 0, "无"
    VISUAL = 1, "视力"
    HEARING = 2, "听力"
    SPEECH = 3, "言语"
    PHYSICAL = 4, "肢体"
    INTELLECTUAL = 5, "智力"
    MENTAL = 6, "精神"
    MULTIPLE = 7, "多重"


class Study(Code):
    """Full-time schooling (在校情况)."""

    NONE = 0, "不在校"
    PRESCHOOL = 1, "学前"
    COMPULSORY = 2, "义务教育"
    HIGH_SCHOOL = 3, "高中或中职"
    BACHELOR = 4, "大专或本科"
    POSTGRADUATE = 5, "研究生"


class Absence(Code):
    """A circumstance that takes a person out of the shared household (不计入共同生活成员的情形)."""

    NONE = 0, "无"
    PRISON = 1, "在监狱服刑"
    DETOX = 2, "强制隔离戒毒"
    MISSING = 3, "宣告失踪"
    CLERGY = 4, "连续三年以上脱离家庭的宗教教职人员"
    CONSCRIPT = 5, "服义务兵役"


class ChildStatus(Code):
    """Recognised status of a child (儿童福利身份)."""

    NONE = 0, "无"
    ORPHAN_INSTITUTION = 1, "机构集中养育孤儿"
    ORPHAN_SCATTERED = 2, "社会散居孤儿"
    UNSUPPORTED = 3, "事实无人抚养儿童"


class ParentState(Code):
    """The state of a parent in the test for de facto unsupported children (父母状况)."""

    PRESENT = 0, "正常"
    DEAD = 1, "死亡"
    DECLARED_MISSING = 2, "宣告失踪"
    SEVERE_DISABILITY = 3, "重度残疾"
    SEVERE_ILLNESS = 4, "重病"
    PRISON = 5, "服刑在押"
    DETOX = 6, "强制隔离戒毒"
    OTHER_RESTRICTION = 7, "被执行其他限制人身自由的措施"
    LOST_CONTACT = 8, "失联"


class SupportMode(Code):
    """How a tekun person is supported (供养方式)."""

    SCATTERED = 0, "分散供养"
    INSTITUTION = 1, "集中供养"


class CareLevel(Code):
    """Care level by self-care ability (生活自理能力等级)."""

    SELF = 0, "具备生活自理能力"
    HALF = 1, "部分丧失生活自理能力"
    FULL = 2, "完全丧失生活自理能力"


class AmountMode(Code):
    """How the dibao amount is found (低保金计算方式)."""

    GAP = 0, "补差"
    TIER = 1, "分档"


class SingleMode(Code):
    """How the amount of single-person dibao is found (单人保计算方式)."""

    GAP_OWN = 0, "按本人收入补差"
    STEP = 1, "分段比例"
    FIXED = 2, "定额"


class RigidTest(Code):
    """How rigid expenditure is tested (刚性支出认定方式)."""

    RATIO = 0, "支出占收入比例"
    REMAINDER = 1, "扣除支出后的余额"
    EITHER = 2, "比例或余额任一"


class LivingCount(Code):
    """Whether necessary living costs count as rigid expenditure (基本生活支出是否计入)."""

    NOT = 0, "不计入"
    STANDARD = 1, "按低保标准计入"
    ACTUAL = 2, "按实际支出计入"


class SupportFormula(Code):
    """How support payments from relatives outside the household are found (赡养费计算方式)."""

    NONE = 0, "不计算"
    HALF_OF_SURPLUS = 1, "超出低保标准部分的一半按被赡养人数分摊"
    SHARE_BY_CHILDREN = 2, "超出部分按子女数取五成或四成"


class Layer(Code):
    """The layer of the low-income population a household belongs to (低收入人口分层)."""

    NONE = 0, "未纳入"
    DIBAO = 1, "最低生活保障家庭"
    DIBAO_EXPENDITURE = 2, "支出型最低生活保障家庭"
    EDGE = 3, "最低生活保障边缘家庭"
    RIGID = 4, "刚性支出困难家庭"
    WATCHED = 5, "其他困难家庭"


class HardshipEvent(Code):
    """What brought a family into hardship (致困事由): up to 4 an emergency, above it necessary spending."""

    NONE = 0, "无"
    FIRE = 1, "火灾"
    TRAFFIC = 2, "交通事故"
    ILLNESS = 3, "突发重大疾病"
    OTHER_ACCIDENT = 4, "其他意外或突发困难"
    MEDICAL = 5, "医疗支出"
    EDUCATION = 6, "教育支出"
    OTHER_SPENDING = 7, "其他必要支出"


class Coverage(Code):
    """What a household should have, against what it receives now (应保尽保比对)."""

    NONE = 0, "无关"
    COVERED = 1, "应保已保"
    MISSED = 2, "应保未保"
    WITHOUT_GROUND = 3, "在保但测算不符"


class Colour(Code):
    """Colour of an alert, graver upwards (预警等级)."""

    NONE = 0, "无"
    BLUE = 1, "蓝色"
    YELLOW = 2, "黄色"
    ORANGE = 3, "橙色"
    RED = 4, "红色"


class Direction(Code):
    """What an alert points to (预警方向)."""

    NEED = 0, "可能需要救助"
    MORE = 1, "待遇可能漏发或偏低"
    LESS = 2, "可能不再符合条件"
    SAFETY = 3, "人身安全"
    DATA = 4, "数据或时限问题"
