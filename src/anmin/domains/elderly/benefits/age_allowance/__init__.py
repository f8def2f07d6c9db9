"""Advanced-age allowance paid by the month (高龄津贴，按月)."""
