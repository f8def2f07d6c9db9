"""The lake (数据湖): what departments sent, as immutable columns under blind keys, and the snapshot built from it."""
