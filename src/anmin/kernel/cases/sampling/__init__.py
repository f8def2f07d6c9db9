"""Samples (随机抽查) drawn by a recorded seed, and batches of clear cases with the sample held back."""
