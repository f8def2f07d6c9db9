"""One chain a household (一户一条救助链): everything every line of business did for it, in one order of time."""
