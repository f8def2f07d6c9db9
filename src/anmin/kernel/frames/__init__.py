"""The frame of every page (页框): the size of the text, the language, demonstration or not; the same for desk, residents and phone."""
