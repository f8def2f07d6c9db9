"""Casework away from the desk: what waits at the door, what a visit sets off at the town, what a report counts."""
