"""Small equality tests of the benchmark sides."""
