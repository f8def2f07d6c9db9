"""Change requests (变更申请): one person asks, another decides, and every refusal says why."""
