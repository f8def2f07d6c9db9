"""What a line of business knows of somebody becomes their plan of visits."""
