"""Services and subsidies for disabled people (残疾人服务)."""
