"""Law (法规): instruments, their articles, the days on which they were in force, and citations that resolve."""
