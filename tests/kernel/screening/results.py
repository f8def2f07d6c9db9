"""A run of the rules over a city, as far as those who read its results need one."""

from anmin.kernel.screening.models import HouseholdResult, Run


def a_result_run(on, division, **results):
    """What the rules find on a day, by household number: `values`, `people` and `coverage`."""
    run = Run.objects.create(
        on=on, city="371000", snapshot="s", results="r", fingerprint="f", source="演示", households=9, persons=20,
        broken=0, made_by="test",
    )  # fmt: skip
    for number, row in results.items():
        HouseholdResult.objects.create(
            run=run,
            number=number,
            division=division,
            settlement=0,
            layer=0,
            coverage=row.get("coverage", 0),
            members=2,
            aid_month=0,
            values=row.get("values", {}),
            people=row.get("people", {}),
        )
    return run
