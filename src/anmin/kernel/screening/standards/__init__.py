"""Standards that this place has laid down by itself (标准调整): proposed by one person, confirmed by another, dated."""
