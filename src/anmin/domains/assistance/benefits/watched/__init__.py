"""Other households in difficulty (其他困难家庭): the watched circle."""
