"""What works and what does not, for those who want to be told: by service, by mail or in the portal."""
