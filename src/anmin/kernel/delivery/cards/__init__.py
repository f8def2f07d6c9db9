"""What a household is known by to those who visit it, kept so that phones without network never overwrite one another."""
