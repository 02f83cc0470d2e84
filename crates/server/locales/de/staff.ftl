
## Personal der Konsole: Anmeldung, Rollen, Liste der Personen
