"""Papers read back: text of a PDF and of a Word file, and the golden texts."""

import io
import os
import subprocess
import tempfile
from pathlib import Path

import docx

GOLDEN = Path(__file__).parent / "golden"


def text_of_pdf(pdf):
    """What pdftotext reads, in the layout of the page, without blanks at line ends."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        done = subprocess.run(["pdftotext", "-layout", file.name, "-"], capture_output=True, check=True)
    return "\n".join(line.rstrip() for line in done.stdout.decode().splitlines()) + "\n"


def text_of_word(word):
    """Every text of a Word file, in the body, in tables in tables, and at the foot."""
    document = docx.Document(io.BytesIO(word))
    parts = [document.element.body, *(section.footer._element for section in document.sections)]
    lines = []
    for part in parts:
        for paragraph in part.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p"):
            lines.append("".join(node.text or "" for node in paragraph.iter() if node.tag.endswith("}t")))
    return "\n".join(lines)


def golden(key, printed):
    """The text that was looked at and kept; `ANMIN_GOLDEN=1` writes it anew after somebody has looked again."""
    path = GOLDEN / f"{key}.txt"
    if os.environ.get("ANMIN_GOLDEN") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_text(printed, "utf-8")
    return path.read_text("utf-8")
