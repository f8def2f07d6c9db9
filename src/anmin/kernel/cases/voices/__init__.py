"""Voices from outside (群众意见): objections to what hangs in public, complaints; whoever raised them is protected."""
