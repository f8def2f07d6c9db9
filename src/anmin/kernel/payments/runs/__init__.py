"""Month runs (月度发放): the roster locked on a day, lines with dated parts, and how they differ from last month."""
