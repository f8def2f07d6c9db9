"""From hits of rules to alerts on the desk (预警生成): merged by cause, quiet while they cool down, raised once."""
