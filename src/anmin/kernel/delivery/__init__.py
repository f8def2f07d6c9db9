"""Help brought to people (服务送达): who is visited how often, what was found, what was ordered, what a village reports."""
