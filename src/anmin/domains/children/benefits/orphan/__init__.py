"""Basic living allowance for orphans (孤儿基本生活费)."""
