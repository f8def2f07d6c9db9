"""Ability assessment of elders (老年人能力评估, GB/T 42195-2022): the scale, the levels, the records."""
