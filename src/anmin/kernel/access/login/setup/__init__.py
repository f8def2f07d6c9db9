"""First set-up (首次设置): the three administrators of a new installation, made once with a secret that expires."""
