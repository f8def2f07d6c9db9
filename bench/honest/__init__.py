"""The honest measure of monitoring: a city in which trouble is planted, told late and badly, and looked for."""
