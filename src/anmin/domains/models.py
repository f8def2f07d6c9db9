"""Every table of the lines of business, for Django's eyes only: registers and services are found by their files' names."""

from anmin.kernel.registers.discovery import load

load(("registers", "services"))
