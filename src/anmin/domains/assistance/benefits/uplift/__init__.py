"""Category uplift (分类施保) for members of dibao households."""
