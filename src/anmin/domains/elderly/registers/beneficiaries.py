"""Elders that a pilot project reaches (试点项目受益老年人), one by one: so its performance report is counted, not typed."""

from django.db import models

from anmin.domains.elderly.powers import READ, WRITE
from anmin.domains.elderly.registers.workforce import ElderProject
from anmin.kernel.registers.columns import FenField
from anmin.kernel.registers.declaring import Register, Trouble, declared
from anmin.kernel.registers.entries import PersonEntry


class ProjectBeneficiary(PersonEntry):
    """Somebody whom a project reaches, and what it paid for her. `first_day` is the day it was paid or served."""

    project = models.ForeignKey(
        ElderProject, models.PROTECT, related_name="beneficiaries", verbose_name="项目"
    )
    subsidy_fen = FenField("补助金额", default=0)

    class Meta(PersonEntry.Meta):
        constraints = [
            *PersonEntry.Meta.constraints,
            models.UniqueConstraint(
                fields=["person", "project"],
                condition=models.Q(last_day__isnull=True),
                name="beneficiary_once_a_project",
                violation_error_message="这位老人已经在这个项目的受益名单里。",
            ),
        ]


def within_the_aid(values, entry, by, on):
    """Nobody is paid more than the project's aid a head, where it has one."""
    project, paid = values["project"], values.get("subsidy_fen") or 0
    if project.each_fen and paid > project.each_fen:
        yield Trouble("subsidy_fen", "each", "补助金额超过了项目的人均补助；请核对金额，或先更正项目。")


BENEFICIARIES = declared(
    Register(
        ProjectBeneficiary,
        key="elderly/beneficiaries",
        title="养老项目受益老年人",
        english="Elders reached by projects",
        columns=("person", "project", "subsidy_fen"),
        read=READ,
        write=WRITE,
        purpose="登记试点项目服务到的老年人和人均补助",
        law="国家居家和社区基本养老服务提升行动",
        prefix="SY",
        checks=(within_the_aid,),
        words={"project": "Project", "subsidy_fen": "Aid"},
    )
)
