"""Push to departments after recognition (救助需求推送): who a family is goes out once, what came of it comes back to the chain."""
