"""Signed batches (签名批次): keys that sources registered."""
