"""Views of the residents' pages: thin; what they say is worked out beside them."""
