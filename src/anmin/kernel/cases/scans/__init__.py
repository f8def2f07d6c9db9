"""Scanned papers (扫描件): what applicants hand over as pictures, in pieces, looked through, sealed under a key of its own."""
