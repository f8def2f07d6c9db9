"""The second factor (第二因素): codes of an authenticator app, security keys, recovery codes; lost ones are reset by two."""
