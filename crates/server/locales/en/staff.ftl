
## Staff of the console: signing in, roles, the list of people
