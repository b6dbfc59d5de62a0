"""Flux's semantics: which Kustomizations exist, what they build, and which versions serve their APIs."""
