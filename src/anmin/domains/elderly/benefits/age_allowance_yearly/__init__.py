"""Advanced-age allowance paid by the year (高龄津贴，按年)."""
