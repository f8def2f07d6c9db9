"""The one history of the tables of all lines of business."""
