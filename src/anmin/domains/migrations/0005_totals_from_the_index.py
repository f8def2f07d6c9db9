"""The index by which lists are in order also holds what sight and day ask for: totals are counted from it alone."""

from django.db import migrations, models

REGISTERS = (
    "abilityassessment",
    "adaptationwork",
    "beddevice",
    "campaign",
    "careworker",
    "communitypoint",
    "culturebase",
    "diningpoint",
    "divisiondossier",
    "elderactivity",
    "elderfacility",
    "elderhelper",
    "elderinstitution",
    "elderoperator",
    "elderproject",
    "facilityday",
    "facilityproject",
    "familybed",
    "homeadaptation",
    "inspection",
    "institutioninspection",
    "institutionprice",
    "insuranceclaim",
    "insurancepolicy",
    "insuredelder",
    "line",
    "marker",
    "meal",
    "mealcategory",
    "mealprice",
    "mealsettlement",
    "name",
    "naming",
    "neighbourpair",
    "nominee",
    "report",
    "sign",
    "specialdifficulty",
    "starrating",
    "trainingrecord",
)
HELD = ["level", "first_day", "last_day"]


def place(name: str) -> models.Index:
    return models.Index(fields=["division", "-id"], include=HELD, name=f"{name}_place")


class Migration(migrations.Migration):
    dependencies = [("domains", "0004_roles_of_elder_care")]
    operations = [
        *(migrations.RemoveIndex(name, f"{name}_place") for name in REGISTERS),
        *(migrations.AddIndex(name, place(name)) for name in REGISTERS),
        migrations.AddIndex(
            "name", models.Index(fields=["kind", "division"], include=HELD, name="name_kind_place")
        ),
    ]
