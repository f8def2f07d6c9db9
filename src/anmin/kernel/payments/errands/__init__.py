"""Errands (资金事项): what somebody asks for and the worker does, who sees everybody; some only after a second person agreed."""
