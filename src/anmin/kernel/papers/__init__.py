"""Papers (文书): a kind of paper and plain data become A4 in print, PDF and Word, each in the locality's own template."""
