
## Wieder hinein: vergessene Passwörter, Wiederherstellungsfälle und ihre Unterlagen
forgotten-link = Passwort vergessen?
forgotten-heading = Neues Passwort wählen
forgotten-lead = Geben Sie die E-Mail-Adresse oder Telefonnummer ein, mit der Sie sich anmelden. Dorthin senden wir zuerst einen Code und fragen dann nach dem, was Ihr Konto sonst schützt.
forgotten-with-phone = Mit einer Telefonnummer
forgotten-new-heading = Neues Passwort wählen
forgotten-no-account = Zu dieser Adresse gibt es kein Konto. Haben Sie sich mit einer anderen registriert?
forgotten-not-like-this = Das Passwort dieses Kontos lässt sich so nicht ersetzen: Sein Schutz verlangt mehr, als Sie hier nachweisen konnten. Der Support hilft Ihnen weiter.
code-heading-forgotten = Code eingeben
notice-password-reset = Ihr Passwort ist geändert. Melden Sie sich mit dem neuen an.
