
## The desk: accounts, numbers, proposals, the first page of the console
