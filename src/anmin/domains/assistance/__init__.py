"""Social assistance (社会救助): layers of the low-income population and what each receives."""
