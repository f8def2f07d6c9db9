"""What is due each day (每日到期事项): reviews, overdue clocks and papers. Nothing is decided here."""
