"""Indicators (指标): named figures with definition, unit and period, and the list behind each number."""
