
## Wieder hinein: vergessene Passwörter, Wiederherstellungsfälle und ihre Unterlagen
