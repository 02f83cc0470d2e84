# Die Wörter des Sicherheitscenters auf Deutsch: ein Schlüssel je Satz.
# Werte stehen in { $Klammern }. Die Nummern der Probleme stehen in web/views/problem.rs.

## Jede Seite
title-problem = Fehler:
skip = Zum Inhalt springen
signed-in-as = Angemeldet als { $holder }
sign-out = Abmelden
sign-in = Anmelden
sign-up = Registrieren
continue = Weiter
back = Zurück
back-overview = Zurück zur Übersicht
cancel = Abbrechen
view = Ansehen
save = Speichern
copy = Kopieren
copied = Kopiert
close = Schließen
go-back = Zurück
not-now = Jetzt nicht
start-again = Neu beginnen
set-up = Einrichten
change = Ändern
remove = Entfernen
rename = Umbenennen
print = Drucken
download = Als .txt laden
step = Schritt { $step } von { $steps }
summary-title = Bitte prüfen Sie diese Felder
never-ask = Unsere Mitarbeiter fragen nie nach Codes oder Passwörtern.
preferences = Sprache und Darstellung
language = Sprache
theme = Darstellung
theme-system = Wie mein Gerät
theme-light = Hell
theme-dark = Dunkel

## Nachdem etwas geschehen ist
notice-welcome = Ihr Konto ist eröffnet.
notice-code-sent = Ein neuer Code ist unterwegs. Frühere Codes gelten nicht mehr.
notice-sms-on = Die SMS-Bestätigung ist aktiv.
notice-sms-off = Die SMS-Bestätigung ist aus.
notice-session-ended = Diese Sitzung wurde abgemeldet.
notice-others-ended = Alle anderen Sitzungen wurden abgemeldet.
notice-device-forgotten = Dieser Browser wurde vergessen. Beim nächsten Mal wird er nach einem Code gefragt.
notice-signed-out = Sie sind abgemeldet.
notice-ended = Ihre Sitzung ist beendet. Bitte melden Sie sich erneut an.
notice-totp-added = Ihre Authenticator-App ist eingerichtet.
notice-totp-removed = Ihre Authenticator-App wurde entfernt.
notice-passkey-added = Ihr Passkey ist eingerichtet. Sie können von jetzt an damit bestätigen.
notice-passkey-removed = Dieser Passkey wurde entfernt. Er gilt hier nicht mehr.
notice-factor-renamed = Der neue Name ist gespeichert.
notice-trading-password-set = Ihr Handelspasswort ist gesetzt.
notice-trading-password-removed = Ihr Handelspasswort wurde entfernt.
notice-recovery-codes-removed = Ihre Notfallcodes wurden entfernt. Keiner gilt mehr.
notice-phrase-set = Ihr Erkennungssatz ist gesetzt. Von jetzt an beginnen unsere E-Mails damit.
notice-phrase-removed = Ihr Erkennungssatz wurde entfernt.
notice-password-changed = Ihr Passwort ist geändert. Ihre anderen Geräte wurden abgemeldet.
notice-frozen = Ihr Konto ist eingefroren. Nichts kann es verlassen.
notice-unfrozen = Ihr Konto ist wieder offen.
notice-more-time = Sie haben jetzt mehr Zeit.
notice-nothing-changed = Nichts wurde geändert.
notice-text-saved = Ihr Text wurde gespeichert. Er spricht ab dem nächsten Code.
notice-text-deleted = Ihr Text wurde entfernt. Unsere Worte sprechen.

## Felder
identifier-label = E-Mail-Adresse oder Telefonnummer
password-label = Passwort
password-new-label = Neues Passwort
password-show = Anzeigen
password-show-label = Passwort anzeigen
password-hint = Mindestens { $limit } Zeichen. Einige Wörter hintereinander sind leicht zu merken und schwer zu erraten.
password-again = Geben Sie zu Ihrer Sicherheit noch einmal Ihr Kontopasswort ein.
region-label = Land oder Gebiet
region-choose = Land auswählen
region-search = Name, Kürzel oder +66 eingeben
region-none = Kein Land passt
region-found = Gefundene Länder: { $count }
region-switched = Land geändert zu { $region }
region-not-offered = hier nicht angeboten
region-paused = zurzeit ausgesetzt

## Registrieren
sign-up-heading = Konto eröffnen
sign-up-identifier-hint = Wir senden einen Code dorthin, um sicherzugehen, dass es Ihre ist.
sign-up-with-phone = Mit einer Telefonnummer?
have-account = Haben Sie schon ein Konto?
already-heading = Sie haben schon ein Konto
already-text = Der Code stimmt, und zu dieser E-Mail-Adresse oder Telefonnummer gibt es schon ein Konto. Nichts wurde geändert. Melden Sie sich an, um es zu benutzen.

## Anmelden
sign-in-heading = Anmelden
sign-in-with-phone = Anmelden mit einer Telefonnummer?
no-account = Noch kein Konto?
method-heading = Anderen Weg benutzen
method-text = Wählen Sie, wie Sie Ihren Code bekommen. Mit der Wahl wird ein neuer gesendet.
method-sms = SMS an { $address }
method-email = E-Mail an { $address }
method-voice = Anruf bei { $address }
method-whatsapp = WhatsApp an { $address }
phone-unavailable = Telefon nicht verfügbar?
unavailable-heading = Sie können Ihr Telefon nicht benutzen
unavailable-ways = Sie können sich auf anderem Weg anmelden. Mit der Wahl wird ein Code gesendet.
unavailable-no-ways = Ihr Konto hat keinen anderen Weg, einen Code zu bekommen.
unavailable-support-heading = Nichts davon geht
unavailable-support = Wenden Sie sich an den Support: { $support }. Er prüft, wer Sie sind, bevor etwas geändert wird; halten Sie Ihren Ausweis bereit.
support-never-asks = Der Support fragt nie nach einem Code oder Passwort und kann sich nicht für Sie anmelden.

## Der Code
code-heading-sign-up = Sehen Sie in Ihre Nachrichten
code-heading-sign-in = Geben Sie Ihren Code ein
code-heading-prove = Zeigen Sie, dass Sie es sind
code-heading-activate = Aktivieren Sie Ihr Telefon
code-label = { $digits }-stelliger Code
code-hint = Geben Sie den { $digits }-stelligen Code ein, den wir an { $address } gesendet haben. Er gilt bis { $until }.
code-hint-ended = Der Code, den wir an { $address } gesendet haben, ist abgelaufen. Fordern Sie unten einen neuen an.
code-hint-over = Der Code, den wir an { $address } gesendet haben, gilt nicht mehr.
code-timer = Restzeit dieses Codes
code-seconds-left = Noch { $seconds } Sekunden für diesen Code.
code-ended = Der Code ist abgelaufen. Fordern Sie einen neuen an.
code-attempts-left = { $left ->
    [one] Noch ein Versuch.
   *[other] Noch { $left } Versuche.
}
code-locked = Zu viele Versuche. Zu Ihrer Sicherheit geht es erst nach { $until } weiter.
code-locked-why = Sonst hat sich an Ihrem Konto nichts geändert. So kann niemand Codes erraten; ein weiterer Code verkürzt die Zeit nicht.
code-change-identifier = E-Mail oder Nummer ändern
code-change-number = Nummer ändern
code-back-sign-in = Zurück zur Anmeldung
activate = Aktivieren
second-proof-heading = Mit dem Passwort bestätigen
second-proof = Diese Nummer gehörte früher zu einem anderen Konto. Geben Sie auch Ihr Passwort ein, damit sicher ist, dass Sie es sind.
no-code = Keinen Code bekommen?
no-code-check = Prüfen Sie, ob { $address } stimmt.
resend = Neuen Code senden
resend-from = Den nächsten können Sie ab { $at } anfordern.
resend-now = Sie können jetzt einen neuen Code anfordern.
resend-effect = Fordern Sie mit der Taste oben einen neuen Code an. Er nimmt nach Möglichkeit einen anderen Weg, und der frühere gilt nicht mehr.
resend-spent = Dieses Mal können keine weiteren Codes gesendet werden.
other-method = Anderen Weg benutzen
other-ways = Oder bekommen Sie Ihren Code anders:
no-code-carrier = Manche Netzbetreiber halten Codes zurück. Warten Sie eine Minute, schalten Sie die Verbindung des Telefons aus und ein, oder nehmen Sie eine andere Nummer.
no-code-spam = Sehen Sie auch in Ihrem Spam-Ordner nach.
slow-region = { $minutes ->
    [one] Nachrichten nach { $region } sind zurzeit langsam (etwa 1 Minute).
   *[other] Nachrichten nach { $region } sind zurzeit langsam (etwa { $minutes } Minuten).
}
blocked-region = Nachrichten nach { $region } kommen zurzeit nicht an.
newest-waiting = Ihre Nachricht wartet noch auf den Versand. Sie geht von selbst hinaus, sobald es möglich ist.
newest-delivered = Ihr Netzbetreiber sagt, dass sie zugestellt ist. Sehen Sie auch unter gefilterten und unbekannten Nachrichten nach.
newest-failed = Unsere Nachricht konnte nicht zugestellt werden. Prüfen Sie, ob { $address } stimmt, oder wählen Sie einen anderen Weg.
own-text-heading = Senden Sie uns eine SMS
own-text-why = Hält Ihr Netzbetreiber unsere Codes zurück? Dann lassen Sie sich hier einen Code zeigen und senden Sie ihn uns per SMS von { $number }.
own-text-show = Code zum Senden zeigen
own-text-go-on = Mit Ihrer SMS fortfahren
own-text-back = Zurück zum Code
own-text-how = Senden Sie diesen Code per SMS an { $number }, und zwar von { $from }:
own-text-open = Nachrichten öffnen
own-text-until = Er gilt bis { $until }. Für die SMS kann Ihr Netzbetreiber etwas berechnen.
own-text-yours = Senden Sie ihn nur, wenn Sie diese Seite selbst geöffnet haben. Ein Code, den Ihnen jemand geschickt hat, ist nicht Ihrer.
own-text-once = Der Code wird einmal gezeigt. Haben Sie ihn von { $from } an { $number } gesendet, so warten wir darauf; sonst lassen Sie sich einen neuen zeigen.
own-text-waiting = Wir warten auf Ihre Nachricht.
own-text-heard = Ihre Nachricht ist angekommen.
own-text-new = Neuen Code zeigen

## Übersicht
security-heading = Sicherheitscenter
level-basic = Schutz: einfach
level-fair = Schutz: ordentlich
level-strong = Schutz: stark
level-strongest = Schutz: am stärksten
next-bind-phone = Als Nächstes: Telefon einrichten (2 min)
next-bind-phone-again = Als Nächstes: Telefon neu einrichten (2 min)
next-sms-on = Als Nächstes: SMS-Bestätigung einschalten (1 min)
next-totp = Als Nächstes: Authenticator-App einrichten (2 min)
next-trading-password = Als Nächstes: Handelspasswort setzen (1 min)
next-passkey = Als Nächstes: Passkey hinzufügen (1 min)
next-recovery-codes = Als Nächstes: Notfallcodes erstellen (1 min)
next-nothing = Zurzeit ist nichts zu tun.
phone-heading = Telefon
phone-none = Kein Telefon eingerichtet
phone-set = Einrichten
phone-set-label = Einrichten: Telefon
phone-set-again = Telefon neu einrichten
phone-view-label = Ansehen: Telefon
phone-suspended = { $number } ist ausgesetzt
sms-heading = SMS-Bestätigung
sms-view-label = Ansehen: SMS-Bestätigung
sms-state-on = Aktiv
sms-state-off = Aus
sms-state-no-phone = Aus: kein Telefon eingerichtet
sms-state-suspended = Ausgesetzt: richten Sie Ihr Telefon neu ein
sms-state-disabled = Nach zu vielen falschen Codes abgeschaltet: richten Sie Ihr Telefon neu ein
email-heading = E-Mail
email-none = Keine E-Mail-Adresse
password-heading = Passwort
password-since = Gesetzt am { $since }
password-change = Passwort ändern
password-change-label = Passwort ändern: zeigen Sie zuerst, dass Sie es sind
password-change-heading = Ihr Passwort ändern
devices-heading = Geräte
devices-view-label = Ansehen: Geräte
devices-count = { $sessions ->
    [one] Nur auf diesem Gerät angemeldet
   *[other] { $sessions }-mal angemeldet, dieses Gerät mitgezählt
}
activity-heading = Aktivität
activity-view-label = Ansehen: Aktivität
activity-last = Letzter Eintrag { $at }
activity-none = Hier ist noch nichts.

## Telefon
phone-number = Nummer
phone-since = Eingerichtet am
phone-why = Mit einem Telefon können wir Ihnen einen Code senden, wenn Sie sich aus einem neuen Browser anmelden. Sie zeigen zuerst auf anderem Weg, dass Sie es sind; dann geben Sie die Nummer ein und den Code, den wir dorthin senden.
phone-suspended-why = Diese Nummer wurde für ein anderes Konto eingerichtet und bekommt keine Codes mehr für Ihres. Richten Sie eine Nummer ein, die Sie jetzt haben.
phone-change-heading = Ihre Nummer ändern
phone-change = Nummer ändern
sms-risk-heading = Gut zu wissen über SMS
sms-risk = SMS können abgefangen werden, und eine Nummer kann durch Betrug auf eine andere SIM-Karte übergehen. Ein Code per SMS ist viel besser als ein Passwort allein, aber nicht der stärkste Schutz. Halten Sie Ihre E-Mail-Adresse als zweiten Weg erreichbar, und melden Sie sich sofort, wenn Ihr Telefon plötzlich kein Netz mehr hat.
prove-heading = Zeigen Sie zuerst, dass Sie es sind
prove-text = Bevor ein Telefon eingerichtet wird, prüfen wir einen anderen Weg zu Ihnen. Mit der Wahl wird ein Code gesendet.
prove-no-ways = Ihr Konto hat keinen anderen Weg, zu zeigen, dass Sie es sind. Wenden Sie sich an den Support: { $support }.
number-heading = Ihre Telefonnummer
number-label = Telefonnummer
number-hint = Wir senden Codes per SMS dorthin; es muss eine Mobilnummer sein, die SMS empfängt.
number-example = Zum Beispiel: { $example }
confirm-heading = Ist das Ihre Nummer?
confirm-echo = Wir senden eine SMS an { $number } ({ $region }).
confirm-hint = Der Code gilt 2 Minuten, nachdem er gesendet wurde. Für den Empfang im Ausland kann Ihr Netzbetreiber etwas berechnen.
send-code = Code senden
done-heading = Ihr Telefon ist eingerichtet
done-text = { $number } ist aktiv.
done-sms-on = Die SMS-Bestätigung benutzt es von jetzt an.
done-sms-off = Ein Schritt fehlt noch: Schalten Sie die SMS-Bestätigung ein, damit eine Anmeldung aus einem neuen Browser nach einem Code fragt.

## SMS-Bestätigung
sms-number = Codes gehen an { $number }.
sms-what = Ist sie aktiv, fragt eine Anmeldung aus einem neuen Browser nach einem Code per SMS.
sms-switch-on = Einschalten
sms-switch-off = Ausschalten
sms-abroad-heading = Auf Reisen
sms-abroad = Codes erreichen Sie im Ausland, soweit Ihr Netzbetreiber dort zustellt.
regions-heading = Zustellung zurzeit

## Geräte
sessions-heading = Jetzt angemeldet
sessions-none-other = Sie sind nirgends sonst angemeldet.
this-device = Dieses Gerät
near-place = bei { $place } (ungefähr)
session-seen = Zuletzt gesehen { $at }
signed-in-with-password = Angemeldet { $at } mit Ihrem Passwort, aus einem bekannten Browser.
signed-in-with-password-sms = Angemeldet { $at } mit Ihrem Passwort und einem Code per SMS.
signed-in-with-password-email = Angemeldet { $at } mit Ihrem Passwort und einem Code per E-Mail.
signed-in-with-password-totp = Angemeldet { $at } mit Ihrem Passwort und einem Code Ihrer Authenticator-App.
signed-in-with-password-passkey = Angemeldet { $at } mit Ihrem Passwort und einem Passkey.
signed-in-with-password-recovery-code = Angemeldet { $at } mit Ihrem Passwort und einem Notfallcode.
sign-out-label = Abmelden: { $browser }
sign-out-others = Alle anderen abmelden
known-heading = Bekannte Browser
known-text = Ein bekannter Browser wird nicht bei jeder Anmeldung nach einem Code gefragt. Vergessen Sie die, die Sie nicht mehr benutzen.
known-none = Noch ist kein Browser bekannt.
known-until = Bekannt bis { $until }
forget = Vergessen
forget-label = Vergessen: { $browser }

## Aktivität
activity-filter = Zeigen
activity-kind-all = Alles
activity-kind-sign-in = Anmeldungen
activity-kind-codes = Codes
activity-kind-actions = Bestätigungen
activity-kind-changes = Änderungen
older = Ältere Einträge
event-signed-up = Das Konto wurde eröffnet.
event-signed-in = Angemeldet.
event-signed-in-new-device = Aus einem neuen Browser angemeldet.
event-sign-in-failed = Eine Anmeldung wurde abgelehnt: falsches Passwort.
event-signed-out = Abgemeldet.
event-code-sent = Ein Code wurde an { $address } gesendet.
event-code-wrong = Ein falscher Code wurde eingegeben.
event-password-locked = Das Passwort wurde nach zu vielen falschen bis { $until } gesperrt.
event-codes-locked = Codes wurden nach zu vielen falschen bis { $until } gesperrt.
event-sending-locked = Das Senden von Codes wurde nach zu vielen ohne Erfolg bis { $until } gesperrt.
event-send-limited = Ein Code wurde zu oft angefordert und nicht gesendet.
event-number-refused = Die Nummer { $address } wurde abgelehnt.
event-phone-bound = Das Telefon { $address } wurde eingerichtet.
event-phone-suspended = Das Telefon { $address } wurde ausgesetzt: es wurde für ein anderes Konto eingerichtet.
event-sms-on = Die SMS-Bestätigung wurde eingeschaltet.
event-sms-off = Die SMS-Bestätigung wurde ausgeschaltet.
event-sms-disabled = Die SMS-Bestätigung wurde nach zu vielen falschen Codes abgeschaltet.
event-session-ended = Eine Sitzung wurde von einem anderen Gerät aus abgemeldet.
event-others-ended = Alle anderen Sitzungen wurden abgemeldet.
event-device-forgotten = Ein bekannter Browser wurde vergessen.
event-status-changed = Was Ihr Konto darf, wurde von uns geändert.
event-factor-added = Eingerichtet: { $factor }.
event-factor-renamed = Umbenannt: { $factor }.
event-factor-removed = Entfernt: { $factor }.
event-factor-wrong = Eine falsche Antwort wurde gegeben: { $factor }.
event-factor-locked = Nach zu vielen falschen Antworten bis { $until } gesperrt: { $factor }.
event-factor-disabled = Nach zu vielen falschen Antworten abgeschaltet: { $factor }.
event-recovery-code-used = { $left ->
    [one] Ein Notfallcode wurde benutzt. Einer ist übrig.
   *[other] Ein Notfallcode wurde benutzt. { $left } sind übrig.
}
event-action-opened = Zu bestätigen: { $action }.
event-action-authorised = Bestätigt: { $action }, mit: { $factors }.
event-action-authorised-alone = Bestätigt: { $action }.
event-action-canceled = Abgebrochen: { $action }. { $reason }
event-action-redeemed = Ausgeführt: { $action }.
event-action-refused = Abgelehnt: { $action }.
event-hold-started = Auszahlungen pausieren bis { $until }, weil { $cause }.
event-account-frozen = Das Konto wurde eingefroren.
event-account-frozen-by-link = Das Konto wurde über den Link in einer Nachricht eingefroren.
event-account-unfrozen = Das Konto wurde wieder geöffnet.
event-phone-changed = Das Telefon { $from } wurde durch { $to } ersetzt.
event-phrase-changed = Der Erkennungssatz wurde geändert.
event-password-changed = Das Passwort wurde geändert.
factor-named = { $factor } ({ $name })

## Faktoren: wie sie heißen und wie sie stehen
factor-sms = SMS
factor-voice = Anruf
factor-whatsapp = WhatsApp
factor-email = E-Mail
factor-totp = Authenticator-App
factor-trading-password = Handelspasswort
factor-passkey = Passkey
factor-recovery-code = Notfallcode
factor-password = Passwort
factor-off = Nicht eingerichtet
factor-on = Aktiv
factor-disabled = Nach zu vielen falschen Antworten abgeschaltet: richten Sie es neu ein
factor-added = Eingerichtet am
factor-used = Zuletzt benutzt
factor-unused = Noch nicht
name-label = Name
change-effect = { $hours ->
    [one] Nach dieser Änderung pausieren Auszahlungen 1 Stunde. Handel und Einzahlungen laufen weiter.
   *[other] Nach dieser Änderung pausieren Auszahlungen { $hours } Stunden. Handel und Einzahlungen laufen weiter.
}
change-effect-sessions = { $hours ->
    [one] Nach dieser Änderung pausieren Auszahlungen 1 Stunde, und Ihre anderen Geräte werden abgemeldet.
   *[other] Nach dieser Änderung pausieren Auszahlungen { $hours } Stunden, und Ihre anderen Geräte werden abgemeldet.
}
remove-effect = { $hours ->
    [one] Nach dem Entfernen pausieren Auszahlungen 1 Stunde. Handel und Einzahlungen laufen weiter.
   *[other] Nach dem Entfernen pausieren Auszahlungen { $hours } Stunden. Handel und Einzahlungen laufen weiter.
}
remove-label = Entfernen: { $name }

## Authenticator-App
totp-view-label = Ansehen: Authenticator-App
totp-set-up-label = Einrichten: Authenticator-App
totp-why = Eine App auf Ihrem Telefon zeigt alle 30 Sekunden einen neuen Code. Sie geht ohne Netz, und keine SMS kann abgefangen werden.
totp-remove-heading = Authenticator-App entfernen
totp-remove = Authenticator-App entfernen
totp-new-heading = Authenticator-App einrichten
totp-scan-heading = Geben Sie zuerst der App ihren Schlüssel
totp-scan = Öffnen Sie eine Authenticator-App, fügen Sie ein Konto hinzu und scannen Sie dieses Bild.
totp-qr = QR-Code mit dem Schlüssel für Ihre Authenticator-App. Derselbe Schlüssel steht unten als Text.
totp-key = Oder tippen Sie diesen Schlüssel in die App. Zeigen Sie ihn niemandem: wer ihn hat, kann Ihre Codes erzeugen.
totp-open = In einer App auf diesem Gerät öffnen
totp-first = Code aus der App
totp-first-hint = Geben Sie den 6-stelligen Code ein, den die App jetzt zeigt.
totp-finish = Einschalten

## Handelspasswort
trading-password-view-label = Ansehen: Handelspasswort
trading-password-set-up-label = Einrichten: Handelspasswort
trading-password-why = Sechs eigene Ziffern, nach denen vor Handel, Auszahlungen und neuen API-Schlüsseln gefragt wird. Unsere Mitarbeiter fragen nie danach.
trading-password-remove-heading = Handelspasswort entfernen
trading-password-remove = Handelspasswort entfernen
trading-password-new-heading = Handelspasswort setzen
trading-password-change-heading = Handelspasswort ändern
trading-password-new = Neues Handelspasswort
trading-password-again = Noch einmal dasselbe
trading-password-rules = Genau sechs Ziffern. Kein Datum, keine Reihe wie 123456, keine Wiederholungen und nichts aus Ihrer Telefonnummer: das wird zuerst versucht.
trading-password-show = Handelspasswort anzeigen
trading-password-show-again = Zweites Handelspasswort anzeigen

## Passkeys
passkeys-heading = Passkeys
passkey-view-label = Ansehen: Passkeys
passkey-set-up-label = Einrichten: Passkey
passkeys-count = { $count ->
    [one] Ein Passkey
   *[other] { $count } Passkeys
}
passkeys-none = Noch kein Passkey
passkey-why = Bestätigen Sie mit Fingerabdruck, Gesicht oder Bildschirmsperre. Eine gefälschte Seite kann damit nichts anfangen.
passkey-add = Passkey hinzufügen
passkey-product = Aufbewahrt in { $product }
passkey-synced = Auf allen Ihren Geräten, die ihn teilen
passkey-here-only = Nur auf einem Gerät
passkey-added = Erstellt am { $at }
passkey-used = Zuletzt benutzt { $at }
passkey-unused = Noch nicht benutzt
passkey-new-heading = Passkey erstellen
passkey-new-text = Gleich fragt Ihr Gerät nach Fingerabdruck, Gesicht oder Bildschirmsperre. Was es liest, bleibt auf dem Gerät; wir bekommen nur einen Schlüssel.
passkey-name-hint = Damit Sie ihn wiedererkennen, zum Beispiel: mein Laptop.
passkey-make = Passkey erstellen
passkey-use = Passkey benutzen
passkey-use-text = Ihr Gerät fragt nach Fingerabdruck, Gesicht oder Bildschirmsperre.
passkey-needs-script = Ein Passkey braucht ein Skript, das dieser Browser nicht ausführt. Nehmen Sie unten einen anderen Weg.
passkey-needs-script-here = Ein Passkey braucht ein Skript, das dieser Browser nicht ausführt. Ohne lässt sich hier nichts einrichten.
passkey-canceled = Nichts wurde geändert. Sie können es noch einmal versuchen.
passkey-unsupported = Dieser Browser oder dieses Gerät kann keine Passkeys benutzen. Nichts wurde geändert.

## Notfallcodes
recovery-codes-heading = Notfallcodes
recovery-codes-view-label = Ansehen: Notfallcodes
recovery-codes-set-up-label = Einrichten: Notfallcodes
recovery-codes-left = { $left } von { $of } übrig
recovery-codes-count = { $left ->
    [one] Ein Code übrig
   *[other] { $left } Codes übrig
}
recovery-codes-low = Es sind wenige übrig. Erstellen Sie einen neuen Satz, bevor Sie ihn brauchen.
recovery-codes-made = Erstellt am { $at }
recovery-codes-why = Bewahren Sie sie auf Papier auf. Jeder gilt einmal, wenn Telefon oder Passkey nicht zur Hand sind.
recovery-codes-make = Notfallcodes erstellen
recovery-codes-replace = Neuen Satz erstellen
recovery-codes-replace-effect = Die Codes, die Sie haben, gelten dann nicht mehr.
recovery-codes-remove-heading = Notfallcodes entfernen
recovery-codes-remove = Notfallcodes entfernen
recovery-codes-new-heading = Notfallcodes erstellen
recovery-codes-new-text = Die nächste Seite zeigt { $of } Codes, nur ein Mal. Halten Sie einen Drucker oder einen sicheren Ort bereit, und achten Sie darauf, dass niemand zusieht.
recovery-codes-show = Codes zeigen
recovery-codes-shown-heading = Ihre Notfallcodes
recovery-codes-shown-text = Jeder gilt einmal. Sie werden nie wieder gezeigt: kopieren, laden oder drucken Sie sie jetzt, und bewahren Sie sie getrennt von Ihrem Telefon auf.
recovery-codes-keep-first = Kopieren, laden oder drucken Sie die Codes zuerst.
recovery-codes-file = notfallcodes.txt

## Erkennungssatz
phrase-heading = Erkennungssatz
phrase-view-label = Ansehen: Erkennungssatz
phrase-set-up-label = Einrichten: Erkennungssatz
phrase-yours = Ihr Erkennungssatz
phrase-why = Unsere E-Mails und Bestätigungsseiten zeigen ihn. Eine Nachricht ohne ihn ist nicht von uns; mit ihm ist sie es wahrscheinlich, doch er ist ein Hinweis, kein Beweis.
phrase-remove = Satz entfernen
phrase-new-heading = Wählen Sie Ihren Satz
phrase-label = Satz
phrase-hint = Einige Wörter, die nur Sie wählen würden, höchstens { $limit } Zeichen. Nie ein Passwort: er steht in E-Mails.

## Pausen und Einfrieren
hold-heading = Auszahlungen pausieren
hold-banner = Auszahlungen pausieren bis { $until } ({ $hours } h { $minutes } min), weil { $cause }. Handel und Einzahlungen gehen. Der Support kann das nicht verkürzen.
hold-not-you = Nicht Sie?
hold-lock = Mein Konto sperren
hold-phone-changed = Ihre Telefonnummer geändert wurde
hold-phone-added = ein Telefon eingerichtet wurde
hold-factor-added = ein neuer Schutz eingerichtet wurde
hold-sms-switched-off = die SMS-Bestätigung ausgeschaltet wurde
hold-email-changed = Ihre E-Mail-Adresse geändert wurde
hold-password-changed = Ihr Passwort geändert wurde
hold-trading-password-changed = Ihr Handelspasswort geändert wurde
hold-totp-changed = Ihre Authenticator-App geändert wurde
hold-passkey-changed = Ihre Passkeys geändert wurden
hold-recovery-codes-changed = Ihre Notfallcodes geändert wurden
hold-unfrozen = Ihr Konto wieder geöffnet wurde
hold-recovered = Ihr Konto wiederhergestellt wurde
danger-heading = Wenn etwas nicht stimmt
freeze = Konto einfrieren
freeze-heading = Dieses Konto einfrieren?
freeze-effect = Auszahlungen, Verkäufe und alle anderen Wege hinaus stoppen sofort, offene Bestätigungen werden abgebrochen, und keine Einstellung lässt sich ändern.
freeze-open-again = Nur Sie können es wieder öffnen: angemeldet, mit Ihren stärksten Faktoren. Danach pausieren Auszahlungen noch eine Weile.
freeze-unknown-heading = Dieser Link gilt nicht mehr
freeze-unknown-text = Vielleicht ist er zu alt, oder er war abgeschnitten. Nichts wurde geändert. Melden Sie sich an, um Ihr Konto dort einzufrieren.
frozen-heading = Ihr Konto ist eingefroren
frozen-text = Nichts kann es jetzt verlassen, und keine Einstellung lässt sich ändern.
frozen-next = Um zu sehen, was geschehen ist, melden Sie sich an und sehen Sie in Ihre Aktivität. Dort können Sie das Konto wieder öffnen, wenn Sie sicher sind.
frozen-banner = Ihr Konto ist eingefroren. Nichts kann es verlassen, und keine Einstellung lässt sich ändern.
open-again = Wieder öffnen

## Bestätigen: was
confirm-sign-in = Anmeldung bestätigen
confirm-withdrawal = Auszahlung bestätigen
confirm-p2p-sell = Verkauf bestätigen
confirm-api-key-create = Neuen API-Schlüssel bestätigen
confirm-password-reset = Neues Passwort bestätigen
confirm-internal-transfer = Übertragung an ein anderes Konto bestätigen
confirm-sub-account-transfer = Übertragung an ein Unterkonto bestätigen
confirm-gift = Geschenk bestätigen
confirm-voucher = Gutschein bestätigen
confirm-card-payment = Kartenzahlung bestätigen
confirm-p2p-ad = Verkaufsangebot bestätigen
confirm-whitelist-edit = Auszahlungsadresse bestätigen
confirm-factor-add = Neuen Schutz bestätigen
confirm-factor-remove = Entfernen bestätigen
confirm-phone-add = Bestätigen: Telefon hinzufügen
confirm-phone-change = Wechsel des Telefons bestätigen
confirm-unfreeze = Wiedereröffnung des Kontos bestätigen
confirm-totp-add = Bestätigen: Authenticator-App einrichten
confirm-totp-remove = Bestätigen: Authenticator-App entfernen
confirm-passkey-add = Bestätigen: Passkey hinzufügen
confirm-passkey-remove = Bestätigen: Passkey entfernen
confirm-trading-password-set = Bestätigen: Handelspasswort setzen
confirm-trading-password-change = Bestätigen: Handelspasswort ändern
confirm-trading-password-remove = Bestätigen: Handelspasswort entfernen
confirm-recovery-codes-make = Bestätigen: Notfallcodes erstellen
confirm-recovery-codes-replace = Bestätigen: neuen Satz Notfallcodes erstellen
confirm-recovery-codes-remove = Bestätigen: Notfallcodes entfernen
confirm-sms-off = Bestätigen: SMS-Authentifizierung ausschalten
confirm-phrase = Bestätigen: Erkennungssatz ändern
confirm-phrase-remove = Bestätigen: Erkennungssatz entfernen
confirm-password = Bestätigen: Passwort ändern
action-sign-in = Anmeldung
action-withdrawal = Auszahlung
action-p2p-sell = Verkauf an eine Person
action-api-key-create = neuer API-Schlüssel
action-password-reset = neues Passwort
action-internal-transfer = Übertragung an ein anderes Konto
action-sub-account-transfer = Übertragung an ein Unterkonto
action-gift = Geschenk
action-voucher = Gutschein
action-card-payment = Kartenzahlung
action-p2p-ad = Verkaufsangebot
action-whitelist-edit = Auszahlungsadresse
action-factor-add = neuer Schutz
action-factor-remove = Entfernen oder Ändern eines Schutzes
action-phone-change = Wechsel des Telefons
action-unfreeze = Wiedereröffnung des Kontos
canceled-timed-out = Die Zeit lief ab.
canceled-withdrawn = Die Anfrage wurde zurückgezogen.
canceled-declined = Sie haben abgelehnt.
canceled-too-many-failures = Es gab zu viele falsche Antworten.
canceled-frozen = Das Konto wurde eingefroren.
canceled-held = Auszahlungen wurden pausiert.
detail-amount = Betrag
detail-asset = Wert
detail-network = Netzwerk
detail-address = An Adresse
detail-payee = An
detail-memo = Verwendungszweck
detail-price = Preis
detail-currency = Währung
detail-fee = Gebühr
detail-label = Name
detail-scopes = Darf

## Bestätigen: wie
confirm-asks = { $audience } bittet Sie um diese Bestätigung.
confirm-what = Was Sie bestätigen
confirm-final = Prüfen Sie jedes Zeichen, auf das es ankommt. Gesendete Coins lassen sich nicht zurückholen.
fingerprint-label = Zwei Wörter
fingerprint-hint = Die Nachricht mit dem Code zeigt dieselben zwei Wörter. Zeigt sie andere, brechen Sie ab.
confirm-until = Sie haben Zeit bis { $until }.
confirm-timer = Restzeit zum Bestätigen
confirm-seconds-left = Noch { $seconds } Sekunden zum Bestätigen.
confirm-soon = Die Zeit ist fast um.
more-time = Mehr Zeit
confirm-steps = Wonach gefragt wird
step-done = erledigt
step-now = jetzt
step-later = danach
confirm-submit = Bestätigen
confirm-decline = Das bin ich nicht: abbrechen
confirm-send = Wir senden einen Code an { $address }.
call-instead = Rufen Sie mich an
whatsapp-instead = Per WhatsApp senden
text-instead = Als SMS senden
mail-instead = Per E-Mail senden
confirm-code-hint = Geben Sie den { $digits }-stelligen Code ein, den wir an { $address } gesendet haben.
confirm-code-hint-voice = Wir rufen { $address } an und sagen einen { $digits }-stelligen Code. Geben Sie ihn hier ein.
other-way = Anderen Weg benutzen
other-way-text = Jeder davon genügt. Was Sie schon gezeigt haben, zählt weiter.
ask-totp = Code aus Ihrer Authenticator-App
ask-totp-hint = 6 Ziffern. Jeder Code gilt einmal.
ask-trading-password-hint = Ihre eigenen sechs Ziffern.
ask-password-hint = Das Passwort, mit dem Sie sich anmelden.
ask-recovery-code = Notfallcode
ask-recovery-code-hint = Einer der Codes, die Sie aufbewahrt haben, wie abcd-efgh-jkmn-pqrs. Er gilt einmal.
end-done = Bestätigt
end-done-text = Sie haben das bestätigt. Weiter geht es dort, woher Sie kamen.
end-timed-out = Die Zeit ist um
end-timed-out-text = Die Zeit ist um. Nichts wurde gesendet. Ihre Angaben sind noch da: beginnen Sie neu.
end-canceled = Abgebrochen
end-withdrawn-text = Die Anfrage wurde von dort zurückgezogen, woher sie kam. Nichts wurde gesendet.
end-declined-text = Sie haben abgelehnt. Nichts wurde gesendet. Wenn Sie das nicht angefordert haben, ändern Sie Ihr Passwort.
end-too-many-failures-text = Es gab zu viele falsche Antworten. Nichts wurde gesendet.
end-frozen-text = Das Konto wurde eingefroren. Nichts wurde gesendet.
end-held-text = Auszahlungen wurden nach einer Änderung am Konto pausiert. Nichts wurde gesendet.
end-lapsed = Nicht ausgeführt
end-lapsed-text = Sie haben das bestätigt, aber es wurde nicht rechtzeitig ausgeführt. Nichts wurde gesendet.
end-taken = In einem anderen Browser geöffnet
end-taken-text = Diese Seite wurde in einem anderen Browser geöffnet und gehört zu ihm. Machen Sie dort weiter. Wenn Sie das nicht waren, bestätigen Sie nichts und ändern Sie Ihr Passwort.
end-unknown = Hier ist nichts zu bestätigen
end-unknown-text = Diese Anfrage ist vorbei, oder der Link war abgeschnitten. Nichts wurde geändert.
back-to = Zurück zu { $audience }
end-go-back = Gehen Sie dorthin zurück, woher Sie kamen, und beginnen Sie dort neu, wenn es nötig ist.

## Fehler
fault-not-found = Seite nicht gefunden
fault-not-found-text = Unter dieser Adresse gibt es keine Seite. Vielleicht ist sie umgezogen, oder der Link war abgeschnitten.
fault-form-out-of-date = Dieses Formular war veraltet
fault-form-out-of-date-text = Nichts wurde geändert. Gehen Sie zurück, und senden Sie es von einer frischen Seite noch einmal.
fault-too-large = Das war zu viel
fault-too-large-text = Es wurde mehr gesendet, als diese Seite annimmt. Nichts wurde geändert.
fault-busy = Gerade sehr viel zu tun
fault-busy-text = { $seconds ->
    [one] Nichts wurde geändert, nichts ist verloren. Versuchen Sie es in 1 Sekunde noch einmal.
   *[other] Nichts wurde geändert, nichts ist verloren. Versuchen Sie es in { $seconds } Sekunden noch einmal.
}
fault-internal = Bei uns ist etwas kaputtgegangen
fault-internal-text = Es ist aufgezeichnet. Wenn es wieder geschieht, nennen Sie dem Support diese Kennung: { $reference }
fault-session-ended = Ihre Sitzung ist beendet
fault-session-ended-text = Sie wurden auf einem anderen Gerät abgemeldet oder waren lange fort. Nichts wurde geändert. Melden Sie sich an, um weiterzumachen.
fault-unreadable = Das war nicht lesbar
fault-unreadable-text = Was gesendet wurde, nimmt diese Seite nicht an. Nichts wurde geändert.
kept = Das haben Sie eingegeben:

## Probleme: Identität
problem-identifier-missing = Geben Sie Ihre E-Mail-Adresse oder Telefonnummer ein.
problem-identifier-unreadable = Das ist weder eine E-Mail-Adresse noch eine Telefonnummer. Prüfen Sie es auf Tippfehler.
problem-region-missing = Wählen Sie das Land der Nummer, oder beginnen Sie sie mit + und der Landesvorwahl.
problem-password-missing = Geben Sie Ihr Passwort ein.
problem-password-short = Nehmen Sie mindestens { $limit } Zeichen.
problem-password-long = Nehmen Sie höchstens { $limit } Zeichen.
problem-password-common = Dieses Passwort steht auf Listen, die Angreifer zuerst versuchen. Wählen Sie ein anderes.
problem-sign-in-refused = Diese Angaben passen zu keinem Konto. Prüfen Sie beide, und versuchen Sie es noch einmal.
problem-password-wrong = Dieses Passwort stimmt nicht. Versuchen Sie es noch einmal.
problem-password-locked = Zu viele Versuche. Zu Ihrer Sicherheit geht es erst nach { $until } weiter.

## Probleme: Codes
problem-code-missing = Geben Sie den Code ein, den wir Ihnen gesendet haben.
problem-code-unreadable = Der Code hat { $digits } Ziffern und sonst nichts.
problem-code-length = { $entered ->
    [one] Der Code hat { $digits } Ziffern. Sie haben 1 eingegeben.
   *[other] Der Code hat { $digits } Ziffern. Sie haben { $entered } eingegeben.
}
problem-code-wrong = Dieser Code stimmt nicht. Sehen Sie in die neueste Nachricht, und versuchen Sie es noch einmal.
problem-code-earlier = Das war ein früherer Code. Nehmen Sie den aus der neuesten Nachricht.
problem-code-expired = Dieser Code ist abgelaufen. Fordern Sie einen neuen an.
problem-code-expired-new-sent = Dieser Code ist abgelaufen. Wir haben gerade einen neuen gesendet.
problem-code-elsewhere = Dieser Code wurde in einem anderen Browser angefordert. Geben Sie ihn dort ein, oder beginnen Sie hier neu.
problem-resend-early = Noch nicht: einen neuen Code können Sie ab { $at } anfordern.
problem-sending-locked = Zu viele Codes wurden gesendet. Zu Ihrer Sicherheit gibt es den nächsten erst nach { $until }.
problem-codes-locked = Zu viele Versuche. Zu Ihrer Sicherheit geht es erst nach { $until } weiter, oder auf einem anderen Weg.
problem-factor-disabled = Zu viele falsche Versuche in einem Jahr. Dieser Weg bleibt zu, bis er neu eingerichtet wird; nehmen Sie einen anderen oder fragen Sie den Support.
problem-own-text-awaited = Ihre Nachricht ist noch nicht angekommen. Das kann eine Minute dauern; fahren Sie dann noch einmal fort.

## Probleme: Nummern
problem-number-missing = Geben Sie Ihre Telefonnummer ein.
problem-number-unreadable = Das ist keine Telefonnummer. Nehmen Sie nur Ziffern, Leerzeichen und ein + am Anfang.
problem-number-short = Diese Nummer ist zu kurz für ihr Land.
problem-number-long = Diese Nummer ist zu lang für ihr Land.
problem-number-unknown = Diese Nummer gibt es in ihrem Land nicht. Prüfen Sie Ziffern und Land.
problem-region-refused = Nach { $region } können hier keine Codes gesendet werden. Nehmen Sie eine Nummer aus einem anderen Land oder Ihre E-Mail-Adresse.
problem-number-fixed-line = Das ist ein Festnetzanschluss, der keine SMS empfängt. Nehmen Sie eine Mobilnummer.
problem-number-voip = Das ist eine Internetnummer, die für Codes nicht geht. Nehmen Sie eine Mobilnummer eines Netzbetreibers.
problem-number-premium = Das ist eine Mehrwertnummer. Nehmen Sie Ihre eigene Mobilnummer.
problem-number-pager = Das ist die Nummer eines Funkrufempfängers. Nehmen Sie eine Mobilnummer.
problem-number-toll-free = Das ist eine gebührenfreie Nummer, die keine SMS empfängt. Nehmen Sie eine Mobilnummer.
problem-number-other-kind = Nummern dieser Art empfangen keine SMS. Nehmen Sie eine Mobilnummer.
problem-number-denied = An diese Nummer können wir zurzeit keine SMS senden. Nehmen Sie eine andere, oder nennen Sie dem Support die Kennung { $reference }.
problem-number-taken = Diese Nummer ist für ein anderes Konto eingerichtet. Nehmen Sie eine andere, oder entfernen Sie sie zuerst dort.
problem-number-yours = Diese Nummer ist für Ihr Konto schon eingerichtet.
problem-steps-again = Der Schritt davor ist abgelaufen. Bitte machen Sie ihn noch einmal.

## Probleme: Einstellungen
problem-sms-only-factor = Die SMS-Bestätigung lässt sich nicht ausschalten, solange sie der einzige zweite Schritt Ihres Kontos ist.
problem-identity-needed = Ihr Konto ist eingeschränkt. Wenden Sie sich an den Support, und zeigen Sie, wer Sie sind, bevor das geändert wird.
problem-phone-needed = Richten Sie zuerst ein Telefon ein.
problem-session-gone = Das war schon beendet. Es blieb nichts zu tun.
problem-method-unknown = Ihr Konto hat diesen Weg nicht. Wählen Sie einen aus der Liste.

## Probleme: Bestätigen und Faktoren
problem-totp-missing = Geben Sie den Code aus Ihrer Authenticator-App ein.
problem-totp-wrong = Dieser Code stimmt nicht oder wurde schon benutzt. Warten Sie auf den nächsten in Ihrer App, und versuchen Sie es noch einmal.
problem-totp-clock-off = Dieser Code gehört zu einer anderen Zeit. Prüfen Sie, ob Ihr Telefon seine Zeit automatisch stellt, und geben Sie dann den nächsten Code ein.
problem-trading-password-missing = Geben Sie Ihr Handelspasswort ein.
problem-trading-password-digits = Ein Handelspasswort hat sechs Ziffern und sonst nichts.
problem-trading-password-wrong = Dieses Handelspasswort stimmt nicht. Versuchen Sie es noch einmal.
problem-trading-password-common = Diese Ziffern werden mit als Erste versucht. Wählen Sie andere.
problem-trading-password-date = Diese Ziffern sind ein Datum. Geburtstage werden zuerst versucht; wählen Sie andere.
problem-trading-password-own-number = Diese Ziffern stehen in Ihrer Telefonnummer. Wählen Sie andere.
problem-trading-passwords-differ = Die beiden sind nicht gleich. Geben Sie sie noch einmal ein.
problem-recovery-code-missing = Geben Sie einen Ihrer Notfallcodes ein.
problem-recovery-code-wrong = Das ist keiner Ihrer Notfallcodes, oder er wurde schon benutzt. Prüfen Sie ihn, oder nehmen Sie einen anderen.
problem-passkey-refused = Dieser Passkey konnte nicht benutzt werden. Nichts wurde geändert; versuchen Sie es noch einmal oder auf anderem Weg.
problem-passkey-known = Dieses Gerät hat schon einen Passkey für Ihr Konto.
problem-factor-stands = Das ist schon eingerichtet. Nichts wurde geändert.
problem-factor-last-strong = Das ist der letzte starke Schutz Ihres Kontos. Richten Sie zuerst einen anderen ein.
problem-name-long = Ein Name hat höchstens { $limit } Zeichen.
problem-phrase-missing = Geben Sie einen Satz ein.
problem-phrase-long = Ein Satz hat 4 bis { $limit } Zeichen, und keines von < > @ : / \.
problem-more-time-spent = Mehr Zeit gibt es nicht. Beginnen Sie neu, wenn Sie länger brauchen.
problem-account-frozen = Ihr Konto ist eingefroren. Öffnen Sie es zuerst wieder.
problem-nothing-to-confirm-with = Ihr Konto hat nichts, womit sich das bestätigen ließe. Richten Sie ein Telefon oder eine Authenticator-App ein, oder wenden Sie sich an den Support.

## Probleme: der Dienst
problem-sending-unavailable = Wir können zurzeit keine Codes senden. Nichts wurde geändert; bitte versuchen Sie es in einigen Minuten noch einmal.

## Eigene Texte des Dienstes, und Absender nach Ländern
console-texts = SMS-Texte
console-texts-what = Was Inhaber lesen, wenn ein Code per SMS kommt. Wo Sie nichts schreiben, sprechen unsere Worte. Ein Text spricht nur zu Inhabern seiner Sprache, zu allen anderen sprechen unsere Worte.
console-text-for = Codes
console-text-default = Jeder Code, der keinen Wert bestätigt und keinen eigenen Text hat
console-text-sign-up = Registrierung
console-text-sign-in = Anmeldung
console-text-bind = Telefon hinterlegen
console-text-setting = Sicherheitseinstellung ändern
console-text-reset = Passwort zurücksetzen
console-text-withdrawal = Auszahlung
console-text-sale = Verkauf an eine Person
console-text-api-key = API-Schlüssel erstellen
console-text-transfer = Transfer oder neue Adresse
console-text-ours = Unsere Worte
console-text-own = Ihr Text
console-text-refused = Besteht die Regeln nicht mehr: unsere Worte sprechen
console-text-messages = { $count } Nachrichten
console-text-new = Ein Text in einer anderen Sprache
console-text-locale = Sprachkürzel
console-text-locale-hint = Etwa fr, pt-BR oder zh-Hant.
console-text-write = Schreiben
console-text-edit = Text schreiben
console-text-which = { $name }, auf { $locale }
console-text-no-words = Wir haben keine Worte in dieser Sprache: Die Warnung und wozu ein Code dient stünden auf Englisch in Ihrem Text. Schreiben Sie beides selbst, und setzen Sie die Warnung ans Ende.
console-text-body = Text
console-text-body-hint = Ein Absatz. Werte stehen in geschweiften Klammern; die Warnung folgt von selbst, wo Sie ihr keinen Platz geben. Die letzte Zeile bindet den Code an Ihre Website und ist immer von uns. Links werden abgelehnt.
console-text-may-split = Ich bin einverstanden, zwei Nachrichten zu bezahlen, wo eine nicht reicht
console-text-preview = Vorschau
console-text-delete = Zurück zu unseren Worten
console-text-delete-what = Ihr Text wird entfernt. Ab dem nächsten Code sprechen unsere Worte.
console-text-count = So käme er an
console-text-count-what = Mit Werten, so lang sie werden.
console-text-alphabet = Alphabet
console-text-gsm = GSM, 160 je Nachricht
console-text-ucs2 = Unicode (UCS-2), 70 je Nachricht
console-text-units = Belegter Platz
console-text-segments = Nachrichten
console-text-outside = Diese Zeichen fehlen im GSM-Alphabet, sodass nur 70 Zeichen in eine Nachricht passen:
console-text-split = Er braucht mehr als eine Nachricht. Ohne Einverständnis werden unsere eigenen Worte gesendet.
console-text-misses-app = Zu lang, als dass Android ihn Ihrer App übergäbe (140 Bytes): Die Zeile mit dem Hash der App fällt weg.
console-places = Werte
console-place = Schreiben Sie
console-place-what = Es steht für
console-place-longest = Am längsten
console-place-must = (muss dastehen)
console-place-code = Der Code
console-place-brand = Der Name des Dienstes
console-place-purpose = Wozu der Code dient
console-place-amount = Der Betrag, den er bestätigt
console-place-payee = Wer ihn bekommt
console-place-network = Das Netzwerk; wo es keines gibt, sprechen unsere Worte
console-place-words = Die zwei Wörter, die die Seite zeigt; setzen Sie sie in Klammern, es gibt sie nicht immer
console-place-minutes = Minuten, die der Code gilt
console-place-warning = Dass niemand nach dem Code fragen darf
console-senders = Absender nach Ländern
console-senders-what = Ein Anhaltspunkt: Klären Sie es mit Ihrem Netzbetreiber. Was bei einer Route eingestellt ist, geht vor.
console-sender-country = Land
console-sender-name = Ein Name als Absender
console-sender-note = Hinweis
console-name-allowed = Kommt an
console-name-refused = Wird abgelehnt
console-name-registered = Muss registriert sein
console-name-rewritten = Wird unterwegs ersetzt
console-sender-nobody = Kein Absender, der ankommt
console-sender-elsewhere = Sendet nicht dorthin
problem-locale-unreadable = Geben Sie ein Sprachkürzel wie fr oder pt-BR ein.
problem-text-missing = Schreiben Sie einen Text, oder kehren Sie zu unseren Worten zurück.
problem-text-long = Schreiben Sie höchstens { $limit } Zeichen.
problem-text-control = Schreiben Sie einen Absatz ohne Zeilenumbrüche und ohne unsichtbare Zeichen.
problem-text-brace = Jede geschweifte Klammer muss einen Wert öffnen oder schließen, wie in {"{"}code{"}"}.
problem-text-unknown = Den Wert { $name } gibt es nicht. Die Liste zeigt, welche es gibt.
problem-text-lacks = Der Text muss { $name } enthalten.
problem-text-out-of-place = Codes dieser Art haben nie { $name }.
problem-text-code-touched = Setzen Sie ein Leerzeichen oder ein Wort zwischen den Code und jede Ziffer oder jeden anderen Wert.
problem-text-link = Telefone machen aus „{ $link }“ einen Link. Links werden abgelehnt; hinter einem Punkt braucht es ein Leerzeichen.
problem-text-split = Mit den längsten Werten braucht er zwei Nachrichten. Kürzen Sie ihn, oder erklären Sie sich mit zweien einverstanden.
problem-text-segments = Mit den längsten Werten braucht er { $count } Nachrichten. Höchstens zwei werden gesendet: Kürzen Sie ihn.

## Die Konsole für das Personal des Dienstes
console-sign-in-heading = An der Konsole anmelden
console-sign-in-next = Nur für das Personal. Als Nächstes senden wir Ihnen einen Code per E-Mail.
console-email = E-Mail-Adresse
console-rail = Konsole
console-policy-heading = Regelwerk
console-version = Fassung { $version }, in Kraft seit { $since }.
console-override = Ein Raterisiko über der Grenze ist schriftlich hingenommen:
console-facts = Die Umstände
console-action = Vorgang
console-amount = Betrag in BTC
console-amount-hint = Etwa 0.05; leer, wenn der Vorgang keinen Betrag hat.
console-amount-unknown = Es gibt einen Betrag, aber kein frischer Kurs sagt, was er wert ist
console-held = Was das Konto hat
console-new-device = Von einem Gerät, das noch nie da war
console-region = Wo die Person zu sein scheint
console-region-unknown = Unbekannt
console-status = Status des Kontos
console-status-active = Aktiv
console-status-restricted = Eingeschränkt
console-status-flagged = Beobachtet
console-status-frozen = Eingefroren
console-sim = Wurde die SIM kürzlich gewechselt?
console-signal-yes = Ja
console-signal-no = Nein
console-signal-unknown = Unbekannt
console-proof = Sekunden seit dem letzten Nachweis
console-proof-hint = Leer, wenn noch nichts nachgewiesen wurde.
console-ask = Was wird verlangt?
console-asked = Was verlangt wird
console-any-of = Eines davon genügt.
console-missing = Nicht möglich, bevor das Konto dies hat: { $factors }
console-refused = Abgelehnt.
console-why = Warum
console-numbering = Die Regeln werden der Reihe nach gelesen und ab 0 gezählt, wie in der Datei und auf der Befehlszeile.
console-rule-passed = Regel { $rule } gilt nicht. Sie verlangt, was hier nicht so ist:
console-rule-decides = Regel { $rule } entscheidet. Sie gilt, wenn:
console-no-rule = Keine Regel gilt, also wird der Vorgang abgelehnt.
console-when-amount = der Betrag mindestens { $amount } BTC wert ist oder niemand weiß, was er wert ist
console-when-holds = das Konto eines davon hat: { $factors }
console-when-lacks = das Konto nichts davon hat: { $factors }
console-when-device-new = das Gerät neu ist oder niemand dafür bürgt
console-when-device-known = das Gerät bekannt ist
console-when-region-in = das Land eines von diesen ist: { $regions }
console-when-region-not-in = das Land keines von diesen ist: { $regions }
console-when-status = der Status des Kontos einer von diesen ist: { $statuses }
console-when-sim = die Antwort, ob die SIM gewechselt wurde, eine von diesen ist: { $answers }
console-when-proof = { $seconds ->
    [one] seit mehr als 1 Sekunde nichts nachgewiesen wurde
   *[other] seit mehr als { $seconds } Sekunden nichts nachgewiesen wurde
}
console-when-always = nichts anderes gilt
console-risk = Raterisiko im Jahr
console-risk-what = Wie wahrscheinlich jemand, der das Passwort kennt, in einem Jahr durch eine Regel hindurch rät, je Konto. Ein Regelwerk über der Grenze wird abgelehnt, außer das Risiko ist schriftlich hingenommen.
console-rule = Regel
console-when = Wenn
console-asks = Verlangt eines von
console-yearly = Risiko im Jahr
console-limit = Grenze
console-refuses = Lehnt ab
console-odds = 1 zu { $odds }
console-no-risk = Nichts zu raten
problem-email-unreadable = Geben Sie Ihre E-Mail-Adresse ein, etwa name@example.com.
problem-amount-unreadable = Geben Sie einen Betrag wie 0.05 ein: Ziffern und ein Punkt, sonst nichts.
problem-seconds-unreadable = Geben Sie eine ganze Zahl von Sekunden ein.
