"""The township reserve fund (临时救助备用金): advanced, paid out first in emergencies, papers to follow, closed by two."""
