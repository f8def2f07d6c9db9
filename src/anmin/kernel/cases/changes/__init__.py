"""Changes of circumstances (变化报告): which change leads to which review, papers and limit; reported once, for every benefit."""
