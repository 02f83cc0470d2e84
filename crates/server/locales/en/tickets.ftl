
## Conversations with support
