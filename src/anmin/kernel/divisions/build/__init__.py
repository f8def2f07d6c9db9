"""How the packaged data is made from published packages: a development step, never needed at run time."""
