"""Sources (数据来源): what departments send, by which right, how often, and what each column means."""
