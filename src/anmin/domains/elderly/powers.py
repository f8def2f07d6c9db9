"""Who reads and who keeps the registers of elder care (养老服务的权限): the same words for every register."""

READ = ("elders.read", "elders.manage", "elders.visit", "elders.assess", "elders.decide")
WRITE = ("elders.manage",)
VISIT = ("elders.manage", "elders.visit")
DECIDE = ("elders.decide",)
ASSESS = ("elders.assess",)
