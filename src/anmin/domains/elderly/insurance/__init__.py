"""Accident insurance of elders that the government pays for (老年人幸福安康险): policy years, insured persons, claims."""
