"""Relatives of handlers (近亲属备案): nobody handles the case of their own family alone, and the county looks itself."""
