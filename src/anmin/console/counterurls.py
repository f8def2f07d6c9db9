"""The addresses of the counter: intake, materials, verification, publicity, papers, the reserve fund.

They stand before the pages of a single case, whose number would else take in `new`.
"""

from __future__ import annotations

from django.urls import path

from anmin.console.views import intake, materials, papers, publicity, reserve, scans, takenlists, verification

patterns = [
    path("cases/new/", intake.start, name="intake"),
    path("cases/new/for/<int:pk>/", intake.before, name="intake_before"),
    path("cases/new/form/<str:token>/", intake.form, name="intake_form"),
    path("cases/scans/", scans.scan_begin, name="scan_begin"),
    path("cases/scans/<int:pk>/", scans.scan_piece, name="scan_piece"),
    path("cases/scans/<int:pk>/finish/", scans.scan_finish, name="scan_finish"),
    path("cases/scans/<int:pk>/drop/", scans.scan_drop, name="scan_drop"),
    path("cases/scans/<int:pk>/file/", scans.scan, name="scan"),
    path("cases/papers/<int:pk>/", papers.paper, name="paper"),
    path("cases/papers/<int:pk>/pdf/", papers.paper_pdf, name="paper_pdf"),
    path("cases/papers/<int:pk>/word/", papers.paper_word, name="paper_word"),
    path("cases/<str:number>/materials/", materials.materials, name="case_materials"),
    path("cases/<str:number>/check/", verification.case_check, name="case-check"),
    path("cases/<str:number>/check/result/", verification.case_result, name="case-result"),
    path("cases/<str:number>/survey/", verification.case_survey, name="case-survey"),
    path("cases/<str:number>/papers/", papers.case_papers, name="case-papers"),
    path("cases/<str:number>/papers/print/", papers.papers_print, name="papers_print"),
    path("cases/<str:number>/papers/preview/<slug:kind>/", papers.paper_preview, name="paper_preview"),
    path("publicity/", publicity.publicity, name="publicity"),
    path("publicity/wall/", publicity.publicity_wall, name="publicity_wall"),
    path("publicity/<str:number>/", publicity.publicity_case, name="publicity_case"),
    path("reserve/", reserve.reserve, name="reserve"),
    path("reserve/file/", takenlists.reserve_file, name="reserve_file"),
    path("reviews/file/", takenlists.review_file, name="review_file"),
]
