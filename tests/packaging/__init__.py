"""The command line, the package and the promises about its contents."""
