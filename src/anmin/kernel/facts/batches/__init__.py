"""Batches (交换批次): files of departments that land whole, are refused whole, or leave rows in quarantine."""
