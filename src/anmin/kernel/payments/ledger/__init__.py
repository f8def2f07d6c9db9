"""The ledger (总账): double entry in fen, append-only, in periods that close; every figure of money is a sum over it."""
