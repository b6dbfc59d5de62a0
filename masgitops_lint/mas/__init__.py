"""The MAS GitOps config repo: which files are config, what the ApplicationSet generators make of them."""
