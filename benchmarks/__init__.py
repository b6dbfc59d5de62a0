"""Made-up config repos of any size, and what linting them costs beside other tools: see RESULTS.md."""
