"""From a batch to its alerts (数据到达即监测): what came, the snapshot of the day, its evaluation, and the desk."""
