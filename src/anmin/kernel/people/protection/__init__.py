"""Persons under protection (未成年人保护): where they live, and who looked at their records, by whose leave."""
