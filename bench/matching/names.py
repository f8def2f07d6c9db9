"""Invented names with the commonness of real ones: surnames by published rank, given names by a falling law.

No list of real persons and no data set of names is behind this: the hundred commonest surnames with the shares that
the Ministry of Public Security publishes each year (rounded), and characters usual in given names in falling order.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anmin.lib.names import pinyin_of

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦"
    "贾夏付方邹熊白孟秦邱侯江尹薛阎段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤单仇查解"
)
LEADING = (7.2, 7.0, 6.7, 5.2, 4.5, 3.1, 2.4, 2.2, 2.0, 1.9, 1.6, 1.5, 1.3, 1.2, 1.2, 1.2, 1.1, 1.1, 1.0, 1.0)
"""Shares in per cent of the twenty commonest; from there they fall with the rank."""
COMPOUND = ("欧阳", "上官", "司马", "诸葛")
MALE = (
    "伟强磊军勇杰涛明超波辉刚健鹏飞斌鑫建国志文华平东海林峰浩宇俊博轩子涵泽睿晨阳天佑家豪振兴德福成龙凯旋宏亮庆永红卫民生光荣"
    "春生树根金水玉良长江大山新民学勤世昌立功有才顺利保全富贵启明景行怀远思齐正阳云逸嘉木承恩彦博瑞霖奕辰梓皓煜城"
)
FEMALE = (
    "芳娜敏静丽艳娟霞秀英桂兰玉梅凤珍红燕玲丹萍莉雪琳倩颖婷欣怡悦佳雨梓涵诗琪梦瑶思雅若曦语嫣慧洁淑芬素贞翠花金凤爱华春兰秋菊"
    "美玲彩云月娥银花巧云小莲晓燕海霞文静亚楠紫萱可馨依诺一诺芷若沐宸清妍书瑶念慈锦绣琼瑛荷莲蓉薇晶露冰双"
)
RARE = "䶮㛃𬱖玥喆祎翀垚犇彧珺昇堃頔旻玙璟濬湉翾赟瑀𬀩𬍛"
"""Characters outside GB 2312, which old systems could not write."""
SYLLABLES = (
    "阿卜杜 买买提 吐尔逊 艾力 古丽 帕提 热依汗 努尔 依明 肉孜 玛依拉 托合提 斯迪克 巴合提 叶尔 扎西 卓玛 次仁 多吉 "
    "央金 洛桑 旺堆 拉姆 丹增 格桑 白玛 索南 达瓦 尼玛 曲珍 乌兰 巴特尔 其其格 那仁 苏日娜 阿茹娜 孟和 格日勒"
)
PARTS = SYLLABLES.split()
TURNED = str.maketrans({"卜": "布", "吐": "图", "帕": "芭", "艾": "爱", "努": "奴", "次": "才", "格": "各"})
"""Other characters that the same foreign sound is written with."""
ALIKE = dict(zip("伟明林文华海建晨雨兰珍敏丽", "玮朋琳纹桦诲健晟丽岚诊玟俪", strict=True))
"""Characters that are taken for one another by the eye or the ear."""


def draw_names(
    rng: np.random.Generator, female: np.ndarray, surname: np.ndarray | None = None
) -> tuple[pa.Array, np.ndarray]:
    """Names and the numbers of their surnames; with `surname` the surnames are given (members of a family)."""
    count = len(female)
    pool = np.array([*SURNAMES, *COMPOUND])
    if surname is None:
        surname = rng.choice(len(pool), count, p=_shares(len(pool)))
    first = np.where(female, _characters(rng, FEMALE, count), _characters(rng, MALE, count))
    second = np.where(female, _characters(rng, FEMALE, count), _characters(rng, MALE, count))
    second = np.where(rng.random(count) < 0.14, "", second)
    parts = [pa.array(pool[surname]), pa.array(first), pa.array(second)]
    return pc.binary_join_element_wise(*parts, ""), surname


def draw_minority(rng: np.random.Generator, count: int) -> list[str]:
    """Names with a dot, as Uygur, Kazakh, Tibetan and Mongol names are written."""
    return [
        f"{PARTS[a]}{PARTS[b]}·{PARTS[c]}{PARTS[d]}" for a, b, c, d in rng.integers(0, len(PARTS), (count, 4))
    ]


@cache
def homophones(letter: str) -> str:
    """Other usual characters with the same sound."""
    if letter == "·":
        return ""
    sound = pinyin_of("王" + letter)[1]
    return "".join(
        one for one in dict.fromkeys(MALE + FEMALE) if one != letter and pinyin_of("王" + one)[1] == sound
    )


def _characters(rng: np.random.Generator, pool: str, count: int) -> np.ndarray:
    letters = np.array(list(dict.fromkeys(pool)))
    weights = 1 / (np.arange(len(letters)) + 12.0)
    return rng.choice(letters, count, p=weights / weights.sum())


def _shares(count: int) -> np.ndarray:
    tail = LEADING[-1] * 20 / np.arange(21, count + 1)
    shares = np.concatenate([LEADING, tail])
    return shares / shares.sum()
