"""The kernel's background jobs: which functions run by themselves, and when. Imported by the worker and the pages."""

from __future__ import annotations

import asyncio

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from anmin.kernel import ruletasks
from anmin.kernel.access.login.actions import keep_house
from anmin.kernel.access.messages import actions as texts
from anmin.kernel.access.queries import Scope, operator
from anmin.kernel.alerts.arriving import actions as arriving
from anmin.kernel.alerts.changes import actions as signs
from anmin.kernel.alerts.crosschecks import actions as crosschecks
from anmin.kernel.alerts.handling import actions as alerts
from anmin.kernel.alerts.offers import actions as offers
from anmin.kernel.alerts.sweeps import actions as sweeps
from anmin.kernel.audit import keeping
from anmin.kernel.cases.daily import actions as due
from anmin.kernel.cases.deaths import actions as deaths
from anmin.kernel.cases.publicity import actions as publicity
from anmin.kernel.cases.pushes import actions as pushes
from anmin.kernel.cases.scans import actions as scans
from anmin.kernel.cases.takeover import actions as takeover
from anmin.kernel.delivery.plans import actions as plans
from anmin.kernel.exchange.checks import actions as checks
from anmin.kernel.exchange.delivery import actions as delivery
from anmin.kernel.exchange.registry import actions as registry
from anmin.kernel.exchange.sharing import actions as sharing
from anmin.kernel.exchange.subscriptions import actions as subscriptions
from anmin.kernel.facts.batches import actions as batches
from anmin.kernel.facts.batches.uploads import actions as uploads
from anmin.kernel.facts.lake import actions as lake
from anmin.kernel.facts.queries import snapshots
from anmin.kernel.operations import verifying
from anmin.kernel.operations.jobs import background, daily
from anmin.kernel.partners.queries import exchange_numbered
from anmin.kernel.payments.banks.outbox import actions as outbox
from anmin.kernel.payments.banks.returning import actions as returning
from anmin.kernel.payments.errands import actions as errands
from anmin.kernel.payments.runs.preparing import actions as preparing
from anmin.kernel.people.residents import actions as residents
from anmin.kernel.people.residents.forms import actions as publicforms
from anmin.kernel.screening.queries import latest_run
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.errors import PolicyError

ABOUT_RULES = ruletasks
"""Its jobs are known once it is imported."""
KEEP_DONE_HOURS, KEEP_FAILED_HOURS = 72, 24 * 180


@background(
    name="operations.clear_done_jobs",
    title=_("清理已完成的任务记录"),
    cron=daily(4, 10),
    rhythm=_("每天 4:10"),
    seconds=600,
)
def clear_done_jobs() -> None:
    """Forget jobs that went well three days ago and jobs that failed half a year ago."""

    async def clear() -> None:
        connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
        with app.replace_connector(connector):
            async with app.open_async():
                await app.job_manager.delete_old_jobs(nb_hours=KEEP_DONE_HOURS)
                await app.job_manager.delete_old_jobs(nb_hours=KEEP_FAILED_HOURS, include_failed=True)

    asyncio.run(clear())


@background(name="audit.anchor", title=_("操作记录存锚点"), cron="7 * * * *", rhythm=_("每小时"), seconds=300)
def anchor() -> None:
    """Sign how many acts there are and the last one's hash, and keep that outside the database."""
    keeping.anchor()


@background(
    name="audit.make_partitions",
    title=_("提前建好审计分区"),
    cron=daily(0, 20),
    rhythm=_("每天 0:20"),
    seconds=300,
)
def make_partitions() -> None:
    """The months to come have their partitions three months ahead."""
    keeping.make_partitions(timezone.localdate())


@background(
    name="operations.verify",
    title=_("完整性核验"),
    cron=daily(3, 30),
    rhythm=_("每天 3:30"),
    seconds=4 * 3600,
)
def verify() -> None:
    """The book of acts, rows of rights, pages of the database, files; the health page shows what was found."""
    verifying.verify(by="系统")


@background(
    name="cases.due",
    title=_("到期公示撤下、到期复核立项、超期登记"),
    cron=daily(0, 50),
    rhythm=_("每天 0:50"),
    seconds=3600,
)
def cases_due() -> None:
    """Sheets that ran out come down, due reviews are opened, what is overdue is written down, departments are told."""
    today = timezone.localdate()
    by = operator(today, "系统")
    publicity.take_down_due(by=by, on=today)
    due.open_due_reviews(by=by, on=today)
    due.raise_overdue(by=by, on=today)
    due.raise_overdue_papers(by=by, on=today)
    pushes.push_recognised(by=by, on=today)


@background(
    name="delivery.make_plans",
    title=_("按规则生成走访计划"),
    cron=daily(1, 40),
    rhythm=_("每天 1:40"),
    seconds=3600,
)
def make_plans() -> None:
    """Whom a rule asks to visit is planned for, whom it no longer asks for is not; plans made by hand stay."""
    today = timezone.localdate()
    plans.make_plans(by=operator(today, "系统"), on=today)


@background(
    name="access.keep_house",
    title=_("停用久未登录的账号，清理登录记录"),
    cron=daily(2, 10),
    rhythm=_("每天 2:10"),
    seconds=600,
)
def keep_accounts() -> None:
    """Accounts unused for 90 days sleep; ended sessions and yesterday's wrong tries are forgotten."""
    keep_house(by="系统")


@background(name=texts.JOB, title=_("发送短信"), seconds=60)
def send_message(message: int) -> None:
    """Hand one text to the gateway."""
    texts.carry(by="系统", message=message)


@background(
    name="access.send_waiting",
    title=_("重发没发出的短信，清理旧短信"),
    cron="*/2 * * * *",
    rhythm=_("每 2 分钟"),
    seconds=600,
)
def send_waiting() -> None:
    """What the gateway did not take; texts, codes and sessions of a month ago go."""
    texts.carry_waiting(by="系统")
    texts.forget_old(by="系统")
    residents.forget_old(by="系统")
    publicforms.forget_public_forms(by="系统")


@background(name=registry.JOB, title=_("答复其他系统的查询"), seconds=300)
def answer_exchange(exchange: int) -> None:
    """Work off one message of the exchange standard, and send the answer at once."""
    today = timezone.localdate()
    row = exchange_numbered(exchange)
    if row is not None:
        registry.answer_received(by="系统", exchange=row, on=today)
        delivery.send_due(by="系统", on=today)


@background(
    name="exchange.deliver",
    title=_("给其他系统发送通知和答复"),
    cron="*/2 * * * *",
    rhythm=_("每 2 分钟"),
    seconds=1800,
)
def deliver() -> None:
    """Tell subscribers what happened, and send what is due; what does not arrive is tried again."""
    today = timezone.localdate()
    subscriptions.tell_subscribers(by="系统", on=today)
    delivery.send_due(by="系统", on=today)


@background(
    name="exchange.escalate",
    title=_("逾期未答复的共享申请上报"),
    cron=daily(8, 0),
    rhythm=_("每天 8:00"),
    seconds=300,
)
def escalate() -> None:
    """Sharing requests that nobody answered in time are reported upwards; silence grants nothing."""
    sharing.escalate_silent(by="系统", on=timezone.localdate())


@background(
    name="facts.late_sources",
    title=_("部门数据逾期告警"),
    cron=daily(7, 30),
    rhythm=_("每天 7:30"),
    seconds=600,
)
def late_sources() -> None:
    """Departments whose next period is overdue: once into the book of acts, and on the pages until it comes."""
    batches.raise_late(by="系统", on=timezone.localdate())


@background(
    name="facts.forgotten_uploads",
    title=_("清理没传完的文件"),
    cron=daily(4, 20),
    rhythm=_("每天 4:20"),
    seconds=600,
)
def forgotten_uploads() -> None:
    """Half uploads that nobody went on with for two days."""
    uploads.drop_forgotten(by="系统", now=timezone.now())


@background(
    name="cases.forgotten_scans",
    title=_("清理没传完的扫描件"),
    cron=daily(4, 25),
    rhythm=_("每天 4:25"),
    seconds=600,
)
def forgotten_scans() -> None:
    """Half scans that nobody went on with for two days, and files of scans that were taken down."""
    scans.drop_forgotten_scans(by="系统", now=timezone.now())


@background(
    name="facts.snapshot",
    title=_("人口快照每日增量"),
    cron=daily(5, 0),
    rhythm=_("每天 5:00"),
    seconds=3600,
)
def snapshot() -> None:
    """What changed since yesterday's snapshot; nothing to do before anybody is registered."""
    try:
        lake.update_snapshot(by="系统", on=timezone.localdate(), facts=rulebook().facts)
    except PolicyError as trouble:
        if trouble.code != "register_empty":
            raise


@background(
    name="exchange.stop_unauthorised",
    title=_("停止授权失效的核对"),
    cron=daily(0, 40),
    rhythm=_("每天 0:40"),
    seconds=600,
)
def stop_unauthorised() -> None:
    """Checks under way for which an adult's authorisation ran out or was withdrawn."""
    today = timezone.localdate()
    checks.stop_unauthorised(by=operator(today, "系统"), on=today)


@background(
    name="cases.raise_deaths",
    title=_("死亡信息比对在享待遇"),
    cron=daily(6, 20),
    rhythm=_("每天 6:20"),
    seconds=1800,
)
def raise_deaths() -> None:
    """Open a task to verify for every word of a death that touches a running benefit; nothing is stopped."""
    deaths.raise_deaths(by="系统", on=timezone.localdate())


@background(
    name="payments.banks",
    title=_("代发文件送交、查证和回盘接收"),
    cron="*/5 * * * *",
    rhythm=_("每 5 分钟"),
    seconds=1800,
)
def banks() -> None:
    """Hand files over, ask after those of which nothing is known, take answers in. Nothing is sent twice."""
    try:
        outbox.deliver_due(by="系统", at=timezone.now())
    finally:
        returning.collect(by="系统", on=timezone.localdate())


@background(name=preparing.COMPUTE, title=_("计算并校验发放批次"), seconds=3600)
def compute_run(run: int, user: int | None, on: str) -> None:
    """The lines of a month, and what stands against them."""
    preparing.compute_and_check(run=run, user=user, on=on)


@background(name=preparing.SUBMIT, title=_("提交发放批次"), seconds=3600)
def submit_run(run: int, user: int | None, on: str) -> None:
    """A checked run with money behind every line goes to those who sign."""
    preparing.submit(run=run, user=user, on=on)


@background(name=batches.LANDED, title=_("数据到达后评估预警规则"), seconds=3600)
def batch_landed(batch: int) -> None:
    """What a batch changed goes through the rules of monitoring, and what is new onto the desk; one at a time, and batches
    that landed together are seen to by the first of them."""
    watch()


@background(
    name=batches.WATCHING,
    title=_("动态监测：评估全部预警规则"),
    cron=daily(5, 30),
    rhythm=_("每天 5:30"),
    seconds=3600,
)
def watch_daily() -> None:
    """What changed since yesterday, and in a new month everybody; a source that is late leaves its rules unknown."""
    watch()


def watch() -> None:
    """Today's snapshot through the rules and onto the desk; nothing to do before anybody is registered."""
    try:
        arriving.watch_day(by="系统", on=timezone.localdate())
    except PolicyError as trouble:
        if trouble.code != "register_empty":
            raise


@background(
    name="alerts.dispatch",
    title=_("分派预警，超期上报"),
    cron=daily(7, 0),
    rhythm=_("每天 7:00"),
    seconds=3600,
)
def dispatch_alerts() -> None:
    """Reviews for signs of change, what waits is given out, what is overdue goes up. Nobody's benefit is touched."""
    today = timezone.localdate()
    signs.raise_moves(by="系统", on=today)
    signs.open_reviews(by=operator(today, "系统"), on=today)
    alerts.dispatch(by="系统", on=today)
    alerts.escalate(by="系统", on=today)


@background(
    name="alerts.sweep",
    title=_("应享未享比对，免申即享匹配"),
    cron="30 22 1 * *",
    rhythm=_("每月 2 日 6:30"),
    seconds=4 * 3600,
)
def sweep_run() -> None:
    """The newest run over the whole register against the rolls; whoever lacks something becomes a task, nothing more."""
    run = latest_run(Scope.nation())
    if run is not None:
        today = timezone.localdate()
        sweeps.sweep(by="系统", run=run, on=today)
        offers.find_offers(by="系统", run=run, on=today)
        offers.check_granted(by="系统", run=run, on=today)


@background(name=takeover.JOB, title=_("在册待遇转入"), seconds=4 * 3600)
def take_over_benefits(batch: int) -> None:
    """A confirmed list is taken over, chunk by chunk; a try after a crash goes on where the last chunk ended."""
    takeover.carry_out(batch=batch, on=timezone.localdate())


@background(name=errands.JOB, title=_("办理资金事项"), seconds=3600)
def carry_out_errand(errand: int) -> None:
    """What somebody asked for about money, where needed with the word of a second person."""
    errands.carry_out(errand=errand, on=timezone.localdate(), at=timezone.now())


@background(
    name="alerts.cross_check",
    title=_("与防返贫监测名单比对"),
    cron="0 23 2 1,4,7,10 *",
    rhythm=_("每季首月 3 日 7:00"),
    seconds=3600,
)
def cross_check() -> None:
    """The newest snapshot's list against our books; before the list ever came nothing is compared, and that is no failure."""
    newest = next(iter(snapshots()), None)
    try:
        if newest is not None:
            crosschecks.cross_check(by="系统", snapshot=newest, on=timezone.localdate())
    except PolicyError as trouble:
        if trouble.code != "no_list":
            raise
