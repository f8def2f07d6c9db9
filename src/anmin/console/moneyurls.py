"""The addresses of money: the month desk, payments, banks, errands of two, accounts, recoveries, budgets, papers."""

from __future__ import annotations

from django.urls import path

from anmin.console.views import (
    money,
    moneyaccounts,
    moneybanks,
    moneybudget,
    moneyerrands,
    moneylines,
    moneypapers,
    moneyrecovery,
    moneysentinels,
)

patterns = [
    path("money/", money.money_desk, name="money"),
    path("money/funds/", money.money_funds, name="money_funds"),
    path("money/<int:pk>/", money.money_run, name="money_run"),
    path("money/<int:pk>/step/", money.money_step, name="money_step"),
    path("money/<int:pk>/alike/", money.money_alike, name="money_alike"),
    path("money/<int:pk>/lines/", moneylines.money_lines, name="money_lines"),
    path("money/<int:pk>/differences/", moneylines.money_differences, name="money_differences"),
    path("money/<int:pk>/files/", moneybanks.money_files, name="money_files"),
    path("money/<int:pk>/papers/", moneypapers.money_papers, name="money_papers"),
    path("money/<int:pk>/table/", moneypapers.money_table, name="money_table"),
    path("money/papers/<int:pk>/", moneypapers.money_paper, name="money_paper"),
    path("money/exceptions/<int:pk>/", money.money_exception, name="money_exception"),
    path("money/lines/<int:pk>/", moneylines.money_line, name="money_line"),
    path("money/returned/", moneylines.money_returned, name="money_returned"),
    path("money/returned/show/", moneylines.money_returned_show, name="money_returned_show"),
    path("money/banks/", moneybanks.money_banks, name="money_banks"),
    path("money/files/<int:pk>/", moneybanks.money_file, name="money_file"),
    path("money/files/<int:pk>/take/", moneybanks.money_file_take, name="money_file_take"),
    path("money/files/<int:pk>/hand-over/", moneybanks.money_hand_over, name="money_hand_over"),
    path("money/returns/<int:pk>/", moneybanks.money_return, name="money_return"),
    path("money/errands/", moneyerrands.money_errands, name="money_errands"),
    path("money/errands/<int:pk>/", moneyerrands.money_errand, name="money_errand"),
    path("money/ask/<slug:kind>/", moneyerrands.money_ask, name="money_ask"),
    path("money/accounts/", moneyaccounts.money_accounts, name="money_accounts"),
    path("money/accounts/<int:pk>/", moneyaccounts.money_account, name="money_account"),
    path("money/people/<int:pk>/", moneyaccounts.money_payee, name="money_payee"),
    path("money/homes/<str:number>/", moneyaccounts.money_home, name="money_home"),
    path("money/sentinels/", moneysentinels.money_sentinels, name="money_sentinels"),
    path("money/people/<int:pk>/sentinels/", moneysentinels.money_sentinel_new, name="money_sentinel_new"),
    path("money/sentinels/<int:pk>/lift/", moneysentinels.money_sentinel_lift, name="money_sentinel_lift"),
    path("money/recoveries/", moneyrecovery.money_recoveries, name="money_recoveries"),
    path("money/homes/<str:number>/found/", moneyrecovery.money_recovery_new, name="money_recovery_new"),
    path("money/recoveries/<int:pk>/", moneyrecovery.money_recovery, name="money_recovery"),
    path("money/recoveries/<int:pk>/case/", moneyrecovery.money_recovery_case, name="money_recovery_case"),
    path("money/recoveries/<int:pk>/step/", moneyrecovery.money_recovery_step, name="money_recovery_step"),
    path("money/budget/", moneybudget.money_budget, name="money_budget"),
    path("money/budget/<int:pk>/", moneybudget.money_budget_line, name="money_budget_line"),
    path("money/budget/<int:pk>/move/", moneybudget.money_move, name="money_move"),
    path("money/books/", moneybudget.money_books, name="money_books"),
]
