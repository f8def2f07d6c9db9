"""Claims that were wrong (撤回追回): nothing is owed any more, and what came back goes to the family again, once."""
