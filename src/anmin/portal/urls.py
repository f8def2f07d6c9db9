"""Addresses of the residents' pages, below /residents/."""

from django.urls import path

from anmin.portal.views import appealing, applying, entrance, family, following, notices, papers, public

app_name = "residents"
FORM = "apply/<slug:token>/"
urlpatterns = [
    path("", public.home, name="home"),
    path("can-we-apply/", public.can_we_apply, name="can_apply"),
    path("contacts/", public.ask_whom, name="contacts"),
    path("size/", public.size, name="size"),
    path("language/", entrance.language, name="language"),
    path("enter/", entrance.enter, name="enter"),
    path("enter/<slug:ticket>/", entrance.enter_code, name="enter_code"),
    path("leave/", entrance.leave, name="leave"),
    path("notices/", notices.notices, name="notices"),
    path("notices/<int:number>/object/", notices.object_to, name="object"),
    path("voices/new/", notices.complain, name="complain"),
    path("voices/", notices.voice, name="voice"),
    path("apply/", applying.start, name="apply"),
    path(FORM, applying.tasks, name="tasks"),
    path(f"{FORM}members/", applying.members, name="members"),
    path(f"{FORM}about/<slug:page>/", applying.question, name="question"),
    path(f"{FORM}why/", applying.words, {"name": "statement"}, name="statement"),
    path(f"{FORM}phone/", applying.words, {"name": "contact"}, name="contact"),
    path(f"{FORM}next-layer/", applying.words, {"name": "transfer"}, name="transfer"),
    path(f"{FORM}papers/", papers.papers, name="papers"),
    path(f"{FORM}papers/<int:number>/drop/", papers.drop_paper, name="drop_paper"),
    path(f"{FORM}consents/", papers.consents, name="consents"),
    path(f"{FORM}consents/<int:person>/", papers.agree, name="agree"),
    path(f"{FORM}check/", applying.check, name="check"),
    path(f"{FORM}send/", applying.send, name="send"),
    path("family/", family.family, name="family"),
    path("family/act-for/", family.act_for, name="act_for"),
    path("family/act-for/<slug:ticket>/", family.act_for_code, name="act_for_code"),
    path("family/<int:number>/end/", family.end_acting, name="end_acting"),
    path("cases/", following.cases, name="cases"),
    path("cases/<str:number>/", following.case, name="case"),
    path("cases/<str:number>/sent/", applying.confirmation, name="confirmation"),
    path("cases/<str:number>/receipt.pdf", following.receipt, name="receipt"),
    path("cases/<str:number>/withdraw/", following.withdraw, name="withdraw"),
    path("cases/<str:number>/supply/", following.supply, name="supply"),
    path("cases/<str:number>/refusal/", following.refusal, name="refusal"),
    path("cases/<str:number>/appeal/", appealing.appeal, name="appeal"),
    path("benefits/", following.benefits, name="benefits"),
    path("benefits/<int:number>/", following.benefit, name="benefit"),
]
