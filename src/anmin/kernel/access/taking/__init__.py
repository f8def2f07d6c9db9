"""Taking many (批量获取): how many different persons a reader may take in a day, and who must know."""
