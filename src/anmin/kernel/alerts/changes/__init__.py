"""Dynamic management (动态管理): a sign that a family changed becomes a review with its effect calculated; people decide."""
