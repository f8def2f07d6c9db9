"""Intake (数据导入): files of households and persons in, a snapshot out, and nothing lost on the way.

Every row of a file either lands or is quarantined with its row number, column, code and reason. A household
that lost a row to quarantine is held: it is kept, reported, and not calculated until the row is corrected.
"""
