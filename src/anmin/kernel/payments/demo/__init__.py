"""Money of the demonstration: a county's last month paid as far as its bank has answered, and this month's roster at its check."""
