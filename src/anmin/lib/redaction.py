"""Redaction (去标识): what may stand in a log: no identity number, phone, card, name or address of a person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from anmin.lib.names import COMPOUND

HIDDEN = "〔略〕"
"""What stands for a value that is not logged."""
_DIGITS = str.maketrans("０１２３４５６７８９Ｘ", "0123456789X")
_LONG_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:[0-9][ -]?){10,}[0-9Xx]+(?![0-9A-Za-z])")
_ADDRESS_BAR = re.compile(r"\?[^\s\"'<>]*")
_VALUE_IN_DETAIL = re.compile(r"\)=\([^)]*\)")
_QUOTED = re.compile(r"[\"“'‘]([^\"”'’]{1,80})[\"”'’]")
_HAN = "\u3400-\u9fff\U00020000-\U0003ffff\ue000-\uf8ff"
_ALONE = re.compile(rf"(?<![{_HAN}])[{_HAN}]{{2,4}}(?:[·•・‧．.][{_HAN}]{{1,12}})*(?![{_HAN}])")
_HAS_HAN = re.compile(rf"[{_HAN}]")
_TOKEN = re.compile(r"[A-Za-z0-9_.:/@<>+=%-]{1,120}")
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖"
    "贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申"
    "欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司"
    "卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查"
    "麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平"
    "计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭"
    "干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由"
)
"""The 500 commonest surnames, some that are words as well: a word hidden in a log costs less than a name in it."""
KNOWN_KEYS = frozenset(
    """
    act action attempt batch bytes cause channel city code command count cron division duration event
    exc_type files first_day host job job_id key kind last_day level line lines logger method
    milliseconds module on path periodic port process queue reason_code request request_id result role
    rows run seconds service since source state status table task timestamp title user_id version worker
    """.split()  # noqa: SIM905
)
"""Keys whose texts may stand in a log once numbers and names are taken out; of others only plain tokens may."""
SEALED_KEYS = frozenset(
    """
    name names former_name display_name username phone mobile tel telephone address addr identifier
    identity id_number idcard number value card account bank_card birth_day birthday tokens query q term
    text reason before after body data payload password secret token cookie authorization applicant
    guardian person email remote_addr ip user_agent args kwargs task_kwargs parameters params sql
    """.split()  # noqa: SIM905
)
"""Keys that are sealed in the database, or carry what is: never logged, whatever they hold."""


def redacted(text: str) -> str:
    """A text for a log: long numbers, what follows ? in addresses, values in details, and lone names are hidden."""
    text = _ADDRESS_BAR.sub("?" + HIDDEN, text)
    text = _VALUE_IN_DETAIL.sub(f")=({HIDDEN})", text)
    text = _LONG_NUMBER.sub(HIDDEN, text.translate(_DIGITS))
    text = _QUOTED.sub(lambda found: HIDDEN if _HAS_HAN.search(found[1]) else found[0], text)
    return _ALONE.sub(lambda found: HIDDEN if looks_like_a_name(found[0]) else found[0], text)


def without_numbers(text: str) -> str:
    """A text that stays readable, such as a reason, without identity numbers, telephones and cards typed into it."""
    plain = text.translate(_DIGITS)
    return _LONG_NUMBER.sub(HIDDEN, plain) if _LONG_NUMBER.search(plain) else text


def without_people(text: str, names: Iterable[str]) -> str:
    """A text that stays readable, without numbers and without the names of those it is known to be about.

    Names are taken out exactly and wherever they stand, never guessed: “全家外出” is a reason, not a person.
    """
    for name in sorted({name.strip() for name in names if len(name.strip()) > 1}, key=len, reverse=True):
        text = text.replace(name, HIDDEN)
    return without_numbers(text)


def looks_like_a_name(text: str) -> bool:
    """Whether a short text is probably somebody's name: a known surname and one to three characters."""
    return any(dot in text for dot in "·•・‧．") or (
        2 <= len(text) <= 4 and (text[:1] in SURNAMES or text[:2] in COMPOUND)
    )


def loggable(values: Mapping[str, Any]) -> dict[str, Any]:
    """The entries of a log record that may be written; names of what was withheld stay visible.

    Numbers, days and truth values pass unless their key is sealed. Texts pass redacted under a known key; under an
    unknown key only a plain token passes.
    """
    return {key: _value(key, value) for key, value in values.items()}


def _value(key: str, value: Any) -> Any:
    if key.lower() in SEALED_KEYS:
        return HIDDEN
    if value is None or isinstance(value, bool | float | date | timedelta):
        return value
    if isinstance(value, int):
        return value if abs(value) < 10**10 else HIDDEN
    if isinstance(value, str):
        shown = redacted(value)
        return shown if key in KNOWN_KEYS or (shown == value and _TOKEN.fullmatch(value)) else HIDDEN
    if isinstance(value, Mapping):
        return loggable({str(inner): held for inner, held in value.items()})
    if isinstance(value, list | tuple | set | frozenset):
        return [_value(key, held) for held in list(value)[:20]]
    return HIDDEN
