"""The command `anmin paper`, and what the doctor says of fonts."""

import json

from anmin.cli import build, running
from anmin.kernel.operations import installation
from anmin.kernel.papers import fonts
from anmin.kernel.papers.kinds import national


def run(monkeypatch, *words):
    """The command as people type it; gives the exit code."""
    monkeypatch.setattr("sys.argv", ["anmin", *map(str, words)])
    return running.run(build())


def test_samples_of_every_kind_come_out_in_three_forms_and_can_be_given_back(tmp_path, monkeypatch):
    assert run(monkeypatch, "paper", "samples", tmp_path) == 0
    for key in national():
        for suffix in ("pdf", "docx", "html", "json"):
            assert (tmp_path / f"{key}.{suffix}").stat().st_size > 100

    again, given = tmp_path / "again.pdf", tmp_path / "recovery_notice.json"
    assert (
        run(monkeypatch, "paper", "make", "recovery_notice", given, again, "--division", "371002001001") == 0
    )
    assert again.read_bytes() == (tmp_path / "recovery_notice.pdf").read_bytes()


def test_kinds_are_listed_with_the_template_in_force(monkeypatch, capsys):
    assert run(monkeypatch, "paper", "kinds", "--division", "371000", "--json") == 0

    rows = {row["kind"]: row for row in json.loads(capsys.readouterr().out)}
    assert set(rows) == set(national())
    assert rows["authorisation"]["form"] == "WH-SA-02" and rows["authorisation"]["from"] == ["371000"]


def test_a_file_that_is_no_data_is_refused_in_words(tmp_path, monkeypatch, capsys):
    source = tmp_path / "x.json"
    source.write_text("[1]", "utf-8")

    assert run(monkeypatch, "paper", "make", "why", source, tmp_path / "x.pdf") == 2
    assert run(monkeypatch, "paper", "make", "why", source, tmp_path / "x.doc") == 2

    said = capsys.readouterr().err
    assert "应是一组名称和内容" in said and ".pdf、.docx 或 .html" in said


def test_the_doctor_names_a_missing_font_what_it_prints_and_the_package(monkeypatch):
    lacking = [row for row in fonts.CHAIN if row.package == "fonts-hanazono"]
    monkeypatch.setattr(fonts, "missing", lambda: lacking)

    found = installation.fonts()

    assert found.state == "watch"
    assert "HanaMinB（扩展 B 至 F 区汉字" in found.found and "apt-get install fonts-hanazono；" in found.fix


def test_the_doctor_calls_papers_broken_without_the_font_of_the_text(monkeypatch):
    monkeypatch.setattr(fonts, "missing", lambda: [fonts.CHAIN[0]])

    assert installation.fonts().state == "broken"
