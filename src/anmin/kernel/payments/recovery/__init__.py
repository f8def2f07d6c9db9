"""Recovery (追回): overpayments found, noticed, agreed, repaid by instalments or deduction, written off or taken to court."""
