"""Keys (密钥): where they are kept, sealed columns, and the blind index by which a sealed value is found."""
