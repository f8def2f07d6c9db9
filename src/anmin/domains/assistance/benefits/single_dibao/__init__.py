"""Single-person dibao (参照单人户纳入低保)."""
