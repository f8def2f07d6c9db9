"""Performance reports of projects (项目绩效报告): persons and money are counted from the records on the day of the report."""

from django.db import models

from anmin.domains.elderly.powers import READ, WRITE
from anmin.domains.elderly.registers.workforce import ElderProject
from anmin.kernel.registers.columns import FenField
from anmin.kernel.registers.declaring import Register, declared
from anmin.kernel.registers.entries import Entry


class ProjectReport(Entry):
    """One report of a project. `first_day` is its day; persons and paid fen follow from the list of beneficiaries."""

    project = models.ForeignKey(ElderProject, models.PROTECT, related_name="reports", verbose_name="项目")
    done = models.PositiveIntegerField("完成数")
    persons = models.PositiveIntegerField("受益老年人", default=0)
    paid_fen = FenField("已补助", default=0)
    satisfied = models.PositiveSmallIntegerField("满意度（%）", null=True, blank=True)
    conclusion = models.CharField("绩效结论", max_length=200)

    class Meta(Entry.Meta):
        constraints = [
            *Entry.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(satisfied__isnull=True) | models.Q(satisfied__lte=100),
                name="project_report_satisfied_per_cent",
                violation_error_message="满意度在 0 到 100 之间。",
            ),
        ]


def counted(values, entry):
    """Persons and money up to the day of the report."""
    rows = values["project"].beneficiaries.filter(first_day__lte=values["first_day"])
    people = rows.aggregate(persons=models.Count("person", distinct=True), paid=models.Sum("subsidy_fen"))
    return {"persons": people["persons"], "paid_fen": people["paid"] or 0}


PROJECT_REPORTS = declared(
    Register(
        ProjectReport,
        key="elderly/project-reports",
        title="养老项目绩效报告",
        english="Performance reports of projects",
        columns=("project", "done", "persons", "paid_fen", "satisfied", "conclusion"),
        read=READ,
        write=WRITE,
        purpose="按期报告试点项目的完成、受益和补助",
        law="国家居家和社区基本养老服务提升行动",
        prefix="JX",
        fixed=frozenset({"persons", "paid_fen"}),
        derives=counted,
        sheet="养老项目绩效报告",
        sheet_english="Performance report",
        words={
            "project": "Project",
            "done": "Done",
            "persons": "Elders reached",
            "paid_fen": "Paid",
            "satisfied": "Satisfied (%)",
            "conclusion": "Conclusion",
        },
    )
)
