"""Papers as Word files (DOCX): a template with placeholders, of the locality's own or drawn from the kind, filled in.

A town may take the template, edit it in Word or WPS, and put it into its folder as `<kind>.docx`: the placeholders are
the names of the data. The same paper makes the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment
from lxml.etree import LxmlError

from anmin.kernel.papers.composing import context_of, foot, law_line
from anmin.kernel.papers.drawing import drawn, packed
from anmin.kernel.papers.kinds import PaperKind
from anmin.kernel.papers.words import PaperProblem, environment


def word_template(kind: PaperKind) -> bytes:
    """The template of a kind as a Word file: the locality's own, else one drawn from the declaration."""
    return kind.word or drawn(kind)


def word_of(kind: PaperKind, data: Mapping[str, Any], *, code: str = "") -> bytes:
    """One paper as a Word file.

    Raises:
        PaperProblem: when the template is no Word file, or asks for what is not in the data.
    """
    known = {
        **context_of(kind, data),
        "foot": foot(kind, str(data.get("rules", "")), code),
        "foot_law": law_line(kind),
    }
    source = word_template(kind)
    try:
        template = DocxTemplate(io.BytesIO(source))
        template.render(known, _escaping(), autoescape=True)
        properties = template.docx.core_properties
        properties.title, properties.author = known["title"], data["issuer"]["name"]
        properties.created = properties.modified = datetime.fromisoformat(data["on"]).replace(tzinfo=UTC)
        return packed(template.docx)
    except PaperProblem:
        raise
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError) as trouble:
        raise PaperProblem(
            f"文书“{kind.name}”的模板不是 Word 文件（.docx），请用 Word 或 WPS 另存后再放进来"
        ) from trouble
    except (TemplateError, LxmlError, TypeError, ValueError) as trouble:
        raise PaperProblem(
            f"文书“{kind.name}”的 Word 模板填不出来：{trouble}。请对照 anmin paper template {kind.key} 生成的模板核对占位名称"
        ) from trouble


def _escaping() -> SandboxedEnvironment:
    found = SandboxedEnvironment(
        undefined=StrictUndefined, autoescape=True, finalize=lambda value: "" if value is None else value
    )
    found.filters.update(environment().filters)
    return found
