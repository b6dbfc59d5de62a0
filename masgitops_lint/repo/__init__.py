"""Files of a config repo as documents with positions; whatever is wrong with a file becomes a problem of it."""
