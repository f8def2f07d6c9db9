"""Rules of monitoring (低收入人口动态监测): what someone must look at, a folder a group."""
