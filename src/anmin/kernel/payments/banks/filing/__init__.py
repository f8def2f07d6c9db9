"""Files of approved runs: which lines go into which file, in which format, with which keys."""
