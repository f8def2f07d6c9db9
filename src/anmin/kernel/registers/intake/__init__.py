"""Entries from spreadsheets (Excel 导入): every row is entered or comes back with its number, column, code and reason."""
