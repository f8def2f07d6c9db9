"""Lock-out (登录失败锁定): wrong tries are counted per account and per address, and where there are too many nobody gets in."""
