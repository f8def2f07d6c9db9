"""Charts drawn on the server as SVG text: pure functions, no Django, no script, no inline style.

Colours come from classes of the style sheet, so that print, greyscale and forced colours work. Every chart
is paired on its page with a table of the same values.
"""
