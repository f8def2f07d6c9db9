"""Basic living allowance for orphans (孤儿基本生活费), 国办发〔2010〕54号."""

from anmin.policy import Benefit, Fen, person
from anmin.policy.codes import ChildStatus

BENEFIT = Benefit(
    title="孤儿基本生活费",
    english="Basic living allowance for orphans",
    law="国办发〔2010〕54号 §2",
    unit="person",
    eligible="orphan_eligible",
    amount="orphan_amount",
    rank=12,
    publish=False,
)


@person(title="符合孤儿保障条件", law="国办发〔2010〕54号 §1", since="2021-07-01")
def orphan_eligible(is_minor: bool, child_status: ChildStatus) -> bool:
    """A minor whom the county has recognised as an orphan (孤儿)."""
    return is_minor and (
        child_status == ChildStatus.ORPHAN_INSTITUTION or child_status == ChildStatus.ORPHAN_SCATTERED
    )


@person(title="孤儿基本生活费", law="国办发〔2010〕54号 §2", since="2021-07-01")
def orphan_amount(
    orphan_eligible: bool, child_status: ChildStatus, orphan_institution: Fen, orphan_scattered: Fen
) -> Fen:
    """The rate for institutions or for children living with others (集中养育、社会散居标准)."""
    if not orphan_eligible:
        return 0
    return orphan_institution if child_status == ChildStatus.ORPHAN_INSTITUTION else orphan_scattered
