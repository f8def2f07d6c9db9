"""Adaptation of homes for elders (居家适老化改造, 民发〔2020〕86号): items, quote, works, acceptance, settlement."""
