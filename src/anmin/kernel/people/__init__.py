"""People (人员): persons and households as they were on a day, changed by request, merged and un-merged."""
