"""Other households in difficulty (其他困难家庭): whom the monitoring keeps in view."""

from anmin.policy import Benefit, Day, household
from anmin.policy.vocabulary import months_later

BENEFIT = Benefit(
    title="其他困难家庭监测",
    english="The watched circle",
    law="民办函〔2024〕31号 §2",
    unit="household",
    eligible="is_watched",
    rank=50,
    publish=False,
)


@household(
    title="属于其他困难家庭",
    law="民发〔2021〕57号 §36",
    since="2021-07-01",
    until="2024-04-25",
    name="is_watched",
)
def watched_by_name(is_locally_watched: bool) -> bool:
    """Before the notice of 2024 only those whom the place itself had named (地方列入监测的家庭)."""
    return is_locally_watched


@household(title="属于其他困难家庭", law="民办函〔2024〕31号 §2", since="2024-04-26")
def is_watched(
    left_aid_day: Day,
    refused_aid_day: Day,
    is_locally_watched: bool,
    watch_months_after_leaving: int,
    watch_months_after_refusal: int,
    on: Day,
) -> bool:
    """Left dibao or tekun, or was refused, not long ago; or named by the place (其他困难家庭)."""
    if is_locally_watched:
        return True
    if 0 < left_aid_day <= on and on < months_later(left_aid_day, watch_months_after_leaving):
        return True
    return 0 < refused_aid_day <= on and on < months_later(refused_aid_day, watch_months_after_refusal)
