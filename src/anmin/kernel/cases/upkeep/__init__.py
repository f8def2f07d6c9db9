"""Upkeep of benefits (动态管理): reviews by class, changes, fade-out, suspension, stopping, recovery — each by a decision."""
