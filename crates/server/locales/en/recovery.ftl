
## Getting back in: forgotten passwords, recovery cases and their documents
