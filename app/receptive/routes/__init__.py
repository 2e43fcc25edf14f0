"""The doors: REST, the socket, and the guard that every one of them passes."""
