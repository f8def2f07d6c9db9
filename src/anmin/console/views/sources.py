"""What departments send: sources and their freshness, batches, quarantine, corrections (部门数据)."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.console.formlook import PlainForm
from anmin.console.purposes import ask_purpose, purpose_of, rows_to_correct
from anmin.console.views.desk import Desk, needs
from anmin.kernel.access.taking.actions import stand_in, take, watermark
from anmin.kernel.audit import actions as audit
from anmin.kernel.facts.batches import actions, queries
from anmin.kernel.facts.sources.catalogue import sources
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.errors import PolicyError

ROWS, LARGEST = 50, 200 * 1024 * 1024


class BatchForm(PlainForm):
    """A file of a source for a period."""

    source = forms.ChoiceField(label=gettext_lazy("来源"))
    period = forms.CharField(
        label=gettext_lazy("期间"),
        max_length=10,
        help_text=gettext_lazy("按月写 2026-10，按季写 2026Q3，按年写 2025。"),
    )
    file = forms.FileField(label=gettext_lazy("文件（CSV、XLSX 或 Parquet）"))
    signature = forms.CharField(
        label=gettext_lazy("签名（来源登记了公钥时必填）"),
        max_length=400,
        required=False,
        help_text=gettext_lazy("来源单位随文件给出的 SM2 签名，十六进制或 Base64。"),
    )
    dry_run = forms.BooleanField(label=gettext_lazy("先试运行，不落库"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = [  # type: ignore[attr-defined]
            (one.key, f"{_(one.title)} · {_(one.department)}") for one in sources().values()
        ]

    def clean_file(self) -> Any:
        """Not larger than the page can take."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(_("文件超过 200 MB，请用命令行 anmin batch take 接收。"))
        return file


@needs("sources.read")
def source_list(desk: Desk) -> HttpResponse:
    """The catalogue with freshness; what is late stands first."""
    rows = queries.freshness(desk.today)
    return desk.page("sources", "sources", rows=rows, late=[row for row in rows if row.is_late])


@needs("sources.read")
def source_page(desk: Desk, key: str) -> HttpResponse:
    """One source: its columns, right, purpose, retention, and its batches."""
    source = sources().get(key)
    if source is None:
        raise Http404
    return desk.page(
        "source",
        "sources",
        source=source,
        batches=list(queries.batches(key)[:ROWS]),
        facts=rulebook().facts,
        quality={"bad": round(source.most_bad * 100), "change": round(source.most_change * 100)},
    )


@needs("batches.read", "batches.upload")
def batch_list(desk: Desk) -> HttpResponse:
    """Batches, the newest first; take one in."""
    may, trouble, landing = desk.reader.may("batches.upload"), None, None
    given = desk.request.method == "POST" and may
    form = BatchForm(
        desk.request.POST if given else None,
        desk.request.FILES if given else None,
        initial={"source": desk.written("source")[:40]},
    )
    if given and form.is_valid():
        values = form.cleaned_data
        try:
            landing = _take(
                desk,
                values["source"],
                values["period"],
                values["file"],
                values["dry_run"],
                signature=values["signature"],
            )
        except PolicyError as refused:
            trouble = refused
        else:
            if landing.batch is not None:
                words = _("内容和这一批相同，没有新增。") if landing.is_repeat else _("已接收。")
                messages.success(desk.request, words)
                return HttpResponseRedirect(reverse("console:batch", args=[landing.batch.pk]))
    page = Paginator(queries.batches(), ROWS).get_page(desk.request.GET.get("page"))
    return desk.page(
        "batches",
        "sources",
        page_of=page,
        form=form,
        may_upload=may,
        trouble=trouble,
        landing=landing,
        refused=queries.refused_files(20),
        halves=list(queries.open_uploads(desk.reader.user)) if may else [],
        titles={key: one.title for key, one in sources().items()},
    )


def _take(
    desk: Desk,
    source: str,
    period: str,
    file: Any,
    dry_run: bool,
    corrects: Any = None,
    signature: str = "",
) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(file.name).name
        with path.open("wb") as out:
            for chunk in file.chunks():
                out.write(chunk)
        return actions.take_in(
            by=desk.reader.user,
            source=source,
            period=period,
            path=path,
            facts=rulebook().facts,
            on=desk.today,
            corrects=corrects,
            dry_run=dry_run,
            signature=signature,
        )


@needs("batches.read", "batches.upload")
def batch_page(desk: Desk, pk: int) -> HttpResponse:
    """One batch: what landed, what did not and why; corrected rows come in here."""
    batch = queries.batch(pk)
    if batch is None:
        raise Http404
    trouble = None
    may = desk.reader.may("batches.upload")
    if desk.request.method == "POST" and may and "file" in desk.request.FILES:
        try:
            signature = desk.request.POST.get("signature", "")
            file = desk.request.FILES["file"]
            landing = _take(desk, batch.source, batch.period, file, False, batch, signature)
            messages.success(desk.request, _("改正的 %(n)d 行已并入。") % {"n": landing.landed})
            return HttpResponseRedirect(reverse("console:batch", args=[pk]))
        except PolicyError as refused:
            trouble = refused
    page = Paginator(queries.quarantined(batch), ROWS).get_page(desk.request.GET.get("page"))
    return desk.page(
        "batch",
        "sources",
        batch=batch,
        source=sources().get(batch.source),
        page_of=page,
        may_upload=may,
        trouble=trouble,
        corrections=list(batch.corrections.order_by("pk")),
        quality=[_words(row) for row in queries.quality_of(batch)],
    )


def _words(row: queries.Quality) -> str:
    figures = row.figures
    if row.code == "many_bad":
        words = _("隔离的行占 %(share)s%%，超过这个来源的上限 %(most)s%%，请联系来源单位查明原因。")
        return words % {"share": f"{figures['share'] * 100:.1f}", "most": f"{figures['most'] * 100:.0f}"}
    if row.code == "other_size":
        words = _(
            "这一批 %(now)s 行，上一期 #%(batch)s 是 %(before)s 行，相差很大，请核对是否报全或重复报送。"
        )
        return words % {**figures, "now": f"{figures['now']:,}", "before": f"{figures['before']:,}"}
    return _("有 %(rows)s 行的人在这一批里重复出现，测算取最后一行，请来源单位核实。") % figures


@needs("batches.upload")
def quarantine_file(desk: Desk, pk: int) -> HttpResponse:
    """The rows of the quarantine in their original columns, to be corrected and sent again; formulas are disarmed."""
    batch = queries.batch(pk)
    source = sources().get(batch.source) if batch is not None else None
    if batch is None or source is None:
        raise Http404
    purpose = purpose_of(desk.request.GET)
    if not purpose:
        return ask_purpose(
            desk,
            "batches",
            title=_("下载隔离行"),
            usual="correct",
            back=reverse("console:batch", args=[pk]),
        )
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow([*(column.title for column in source.columns)])
    rows = list(queries.quarantined(batch))
    take(reader=desk.reader, klass="list", person_ids=[stand_in(f"{pk}/{row.row}") for row in rows])
    mark = watermark(desk.reader, timezone.localtime())
    for row in rows:
        cells = list(row.cells)[: len(source.columns)]
        out.writerow([f"'{cell}" if str(cell)[:1] in "=+-@" else cell for cell in cells])
    audit.record(
        by=desk.reader.user,
        act="facts.quarantine.export",
        subject=batch,
        after={"rows": batch.quarantined, "watermark": mark},
        purpose=purpose,
    )
    return rows_to_correct(desk, pk, text.getvalue(), mark)
