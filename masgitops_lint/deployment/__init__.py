"""Config and charts together: the Applications that Argo CD would build."""
