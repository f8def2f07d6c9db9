"""Word files open in another program: LibreOffice makes PDFs of them with the same words."""

import re
import shutil
import subprocess

import pytest
from pypdf import PdfReader

from anmin.kernel.papers.checking import checked
from anmin.kernel.papers.kinds import kind
from anmin.kernel.papers.samples import samples
from anmin.kernel.papers.word import word_of

pytestmark = pytest.mark.full


def test_every_word_file_opens_in_libreoffice(tmp_path):
    assert shutil.which("soffice"), "需要 libreoffice-writer-nogui：run.py test --full 会安装"
    for key, data in samples().items():
        chosen = kind(key)
        (tmp_path / f"{key}.docx").write_bytes(word_of(chosen, checked(chosen, data)))

    files = [str(path) for path in sorted(tmp_path.glob("*.docx"))]
    home = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), *files]
    subprocess.run(command, check=True, capture_output=True, timeout=600)

    for key, data in samples().items():
        pages = PdfReader(tmp_path / f"{key}.pdf").pages
        text = re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))
        assert data.number in text or key == "publicity_sheet"
        assert "{{" not in text and "{%" not in text
        assert round(float(pages[0].mediabox.width)) == 595
