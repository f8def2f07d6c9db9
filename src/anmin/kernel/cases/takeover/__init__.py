"""Running benefits taken over from an older system (在册待遇转入): a list, its checks, two people, and what pays them from then on."""
