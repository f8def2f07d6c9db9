"""Property (财产): cars, homes, businesses and deposits of those who receive."""

from anmin.policy import Alert, BasisPoints, Day, Fen, Months, household, person
from anmin.policy.codes import Direction
from anmin.policy.vocabulary import WHOLE, months_later, told_total

M28 = Alert("M28", "new_car", Direction.LESS, "property")
M29 = Alert("M29", "second_home", Direction.LESS, "property")
M30 = Alert("M30", "new_business", Direction.LESS, "business")
M31 = Alert("M31", "deposits_over_line", Direction.LESS, "property")
M32 = Alert("M32", "wage_above_declared", Direction.LESS, "income")


@household(title="新登记机动车", law="民发〔2021〕57号 §15", since="2023-10-19")
def new_car(
    is_aided: bool, new_car_day: Day, new_car_price: Fen, new_car_limit: Fen, property_months: int, on: Day
) -> bool:
    """A car was registered lately, at the local price or above (新登记机动车)."""
    if (
        not is_aided
        or new_car_day < 1
        or new_car_day > on
        or on >= months_later(new_car_day, property_months)
    ):
        return False
    return new_car_price >= new_car_limit


@household(title="两套以上住房且人均面积超标", law="民发〔2021〕57号 §15", since="2023-10-19")
def second_home(
    is_aided: bool, homes: int, home_area: int, members: int, second_home_count: int, average_home_area: int
) -> bool:
    """Two homes, and more room a head than the average of the place (第二套住房)."""
    return is_aided and homes >= second_home_count and home_area > average_home_area * members


@household(title="新办企业或个体户", law="民发〔2021〕57号 §15", since="2023-10-19")
def new_business(
    is_aided: bool,
    business_first_day: Day,
    business_capital: Fen,
    new_business_limit: Fen,
    property_months: int,
    on: Day,
) -> bool:
    """A business was founded lately with capital over the local limit (新办市场主体)."""
    if not is_aided or business_first_day < 1 or business_first_day > on:
        return False
    return on < months_later(business_first_day, property_months) and business_capital > new_business_limit


@household(title="存款超过财产限额", law="民发〔2021〕57号 §15", since="2023-10-19")
def deposits_over_line(
    is_aided: bool, financial_assets: Fen, members: int, dibao_standard: Fen, deposit_multiple: int
) -> bool:
    """Financial assets above so many monthly standards for each member (金融资产超限)."""
    return is_aided and financial_assets > dibao_standard * deposit_multiple * members


@person(title="实际工资高于申报", law="民发〔2021〕57号 §12", since="2023-10-19")
def wage_above_declared(
    is_aided: bool, wage_reported: Months[Fen], declared_wage_year: Fen, wage_ratio: BasisPoints
) -> bool:
    """Tax and housing fund know of more wages than were declared, beyond the tolerance (工资申报不实)."""
    return is_aided and told_total(wage_reported) * WHOLE > declared_wage_year * wage_ratio
