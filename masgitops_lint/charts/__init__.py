"""What the source repo's charts do with the config values: release profiles as data, and Helm itself."""
