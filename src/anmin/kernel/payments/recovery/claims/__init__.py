"""Claims that a case has decided (办件决定的追回): they are owed at once, and stand in the books."""
