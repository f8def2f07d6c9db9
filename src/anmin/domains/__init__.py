"""The lines of business (业务条线), one package each; none imports another."""
