"""Deciding (审核确认): the opinion, the decision with everything it rests on, samples looked at again."""
