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

## Felder
identifier-label = E-Mail-Adresse oder Telefonnummer
password-label = Passwort
password-new-label = Neues Passwort
password-show = Anzeigen
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

## Übersicht
security-heading = Sicherheitscenter
level-basic = Schutz: einfach
level-fair = Schutz: ordentlich
next-bind-phone = Als Nächstes: Telefon einrichten (2 min)
next-bind-phone-again = Als Nächstes: Telefon neu einrichten (2 min)
next-sms-on = Als Nächstes: SMS-Bestätigung einschalten (1 min)
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

## Probleme: der Dienst
problem-sending-unavailable = Wir können zurzeit keine Codes senden. Nichts wurde geändert; bitte versuchen Sie es in einigen Minuten noch einmal.
