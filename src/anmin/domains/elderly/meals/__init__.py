"""Elder meals (老年助餐): dining points, dated prices by age band and category, meals, settlement."""
