"""What a row that was confirmed becomes (转入的结果): decision, benefit with its dated amount, account."""
