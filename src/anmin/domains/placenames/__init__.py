"""Place names and divisions (地名和区划): gazetteer, naming, signs, heritage, boundaries."""
