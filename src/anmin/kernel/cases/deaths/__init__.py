"""Somebody who receives a benefit may have died (死亡线索): a task to verify, never a stop; a false one stays known as false."""
