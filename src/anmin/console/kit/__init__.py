"""The console kit: pages that the declarations of the lines of business are enough for."""
