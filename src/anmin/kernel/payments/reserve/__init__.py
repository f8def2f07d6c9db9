"""Reserve funds of towns in the books (备用金入账): filled out of budget lines, paid out of first, given back."""
