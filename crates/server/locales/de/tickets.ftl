
## Gespräche mit dem Support
