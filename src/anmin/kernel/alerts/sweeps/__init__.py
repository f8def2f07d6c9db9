"""The should-be-helped sweep (反向办): every benefit over the whole register, who lacks it, who should no longer have it."""
