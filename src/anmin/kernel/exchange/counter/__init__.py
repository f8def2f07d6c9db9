"""The counter (对外窗口): everything that concerns one partner, as its own people see it."""
