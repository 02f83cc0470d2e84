
## Gespräche mit dem Support
support-heading = Support
support-ask = Support fragen
support-none = Sie haben noch nichts gefragt.
support-none-unread = Fragen stellen, Antworten lesen
support-unread =
    { $count ->
        [one] { $count } neue Antwort
       *[other] { $count } neue Antworten
    }
support-view-label = Support ansehen
ticket-topic = Worum geht es?
ticket-topic-phone-lost = Mein Telefon ist verloren oder defekt
ticket-topic-number-removal = Meine Nummer soll entfernt werden
ticket-topic-code-not-arriving = Codes kommen nicht an
ticket-topic-locked = Etwas ist gesperrt
ticket-topic-withdrawal = Eine Auszahlung
ticket-topic-other = Etwas anderes
ticket-title = In wenigen Worten
ticket-text = Was ist passiert?
ticket-text-hint = Schreiben Sie nie Codes, Passwörter oder Nummern von Ausweisen oder Karten. Wir ersetzen sie, bevor jemand sie liest.
ticket-send = Senden
ticket-reply = Ihre Antwort
ticket-mask-warning = Das sieht aus wie ein Code oder die Nummer eines Ausweises oder einer Karte. Wir brauchen so etwas nie und bewahren es nicht auf.
ticket-mask-now = Durch ••• ersetzen
ticket-waits-for-us = Wartet auf unsere Antwort
ticket-answered = Wir haben geantwortet
ticket-solved = Gelöst
ticket-closed = Abgeschlossen
ticket-unread = Neue Antwort
ticket-due = Wir antworten bis { $until }.
ticket-told = Wir sagen Ihnen per E-Mail, wenn es eine Antwort gibt. Die E-Mail führt hierher und enthält die Antwort nie selbst.
ticket-not-told = Dieses Konto hat keine E-Mail-Adresse. Wir können Ihnen nicht sagen, wenn es eine Antwort gibt; bitte sehen Sie hier nach.
ticket-talk = Was gesagt wurde
ticket-you = Sie
ticket-support = Support von { $brand }
ticket-pictures = Bilder
ticket-picture = Ein mitgesandtes Bild
ticket-forgotten = Was hier gesagt wurde, ist gelöscht, wie versprochen.
ticket-closed-what = Dieses Gespräch ist abgeschlossen. Wenn noch etwas offen ist, fragen Sie bitte neu.
ticket-solve-what = Ist alles beantwortet? Sie können später trotzdem noch antworten.
ticket-solve = Als gelöst kennzeichnen
ticket-reopen = Wenn Sie antworten, ist das Gespräch wieder offen.
ticket-code-heading = Ihr Gespräch mit dem Support
ticket-code-what = Geben Sie den Zugangscode ein, der Ihnen nach Ihrer Frage gezeigt wurde.
ticket-code = Zugangscode
ticket-code-lost = Wenn Sie den Code nicht mehr haben, melden Sie sich mit Ihrem Passwort noch einmal an und fragen Sie neu.
ticket-opened-heading = Ihre Frage ist angekommen
ticket-opened-what = Unsere Antwort finden Sie unter dieser Adresse, mit diesem Zugangscode. Sie brauchen beides, und nichts anderes öffnet das Gespräch.
ticket-opened-address = Adresse
ticket-opened-once = Der Code wird nur dieses eine Mal gezeigt. Schreiben Sie ihn auf oder kopieren Sie ihn an einen sicheren Ort. Niemand von uns fragt danach.
ticket-opened-go = Gespräch öffnen
notice-ticket-opened = Ihre Frage ist angekommen.
notice-message-sent = Gesendet.
notice-note-saved = Die Notiz ist gespeichert.
notice-ticket-solved = Als gelöst gekennzeichnet.
notice-ticket-assigned = Die Anfrage wurde übergeben.
problem-ticket-title-missing = Sagen Sie in wenigen Worten, worum es geht.
problem-ticket-title-long = Bitte höchstens { $limit } Zeichen; der Rest gehört nach unten.
problem-ticket-text-missing = Schreiben Sie zuerst etwas.
problem-ticket-text-long = In eine Nachricht passen höchstens { $limit } Zeichen.
problem-tickets-too-many = Sie haben so viele offene Fragen, wie zugleich offen sein können. Bitte fahren Sie in einer davon fort oder kennzeichnen Sie eine als gelöst.
problem-ticket-messages-too-many = Mehr kann in einer Stunde nicht geschrieben werden. Bitte versuchen Sie es später.
problem-ticket-closed = Dieses Gespräch ist abgeschlossen. Bitte fragen Sie neu.
problem-ticket-masked = Wir haben ersetzt, was wie ein Code, eine Telefonnummer oder die Nummer eines Ausweises oder einer Karte aussieht. Noch ist nichts gesendet: Sehen Sie es durch und senden Sie dann.
problem-ticket-topic-refused = Das geht nur, wenn Sie angemeldet sind.
problem-access-code-wrong = Das ist nicht der Zugangscode dieses Gesprächs.
problem-canned-name = Geben Sie einen Namen mit höchstens { $limit } Zeichen.
event-ticket-opened = Der Support wurde gefragt
event-ticket-opened-signed-out = Der Support wurde von jemandem gefragt, der das Passwort kannte und nicht angemeldet war
event-ticket-replied = Nachricht an den Support
event-ticket-answered = Der Support hat geantwortet
event-ticket-solved = Eine Frage an den Support wurde als gelöst gekennzeichnet
event-ticket-closed = Ein Gespräch mit dem Support wurde abgeschlossen
event-ticket-code-wrong = Für ein Gespräch mit dem Support wurde ein falscher Zugangscode versucht

## Dasselbe auf der Konsole
console-tickets = Anfragen
console-tickets-waiting =
    { $count ->
        [0] Keine Anfrage wartet auf Antwort.
        [one] { $count } Anfrage wartet auf Antwort.
       *[other] { $count } Anfragen warten auf Antwort.
    }
console-tickets-show = Anzeigen
console-tickets-none = Es gibt keine.
console-turn = Wer ist dran
console-turn-staff = Wir
console-turn-holder = Der Inhaber
console-turn-over = Niemand: gelöst oder abgeschlossen
console-whose = Zuständig
console-whose-all = Alle
console-whose-mine = Ich
console-whose-nobody = Niemand
console-topic-any = Alles
console-due = Fällig
console-late = Überfällig:
console-assignee = Bei
console-changed = Letzte Änderung
console-unread = Neu
console-ticket-open = Wir
console-ticket-answered = Der Inhaber
console-ticket-facts = Die Anfrage
console-ticket-id = Anfrage
console-ticket-account = Konto
console-ticket-language = Sprache
console-ticket-signed-out = Von jemandem, der das Passwort kannte und keinen zweiten Faktor hatte. Sagen Sie nichts über das Konto.
console-ticket-not-told = Das Konto hat keine E-Mail-Adresse: Der Inhaber muss hier nach einer Antwort sehen.
console-ticket-removal = Eine Nummer entfernen zwei gemeinsam: Schlagen Sie es auf der Seite des Kontos vor. Gesetzt wird hier nie eine.
console-ticket-removal-go = Auf der Seite des Kontos vorschlagen
console-holder = Inhaber
console-by-command = Befehlszeile
console-note-only = Notiz, nur für Personal
console-canned = Fertige Antwort
console-canned-none = Keine
console-canned-insert = Einfügen
console-answer = Antwort oder Notiz
console-answer-hint = Fragen Sie hier nie nach Codes, Passwörtern oder Ausweisen. Codes und Nummern werden ersetzt, bevor der Text gespeichert wird.
console-answer-send = Antwort senden
console-note-save = Als Notiz speichern
console-assign = Übergeben an
console-assign-go = Übergeben
console-assign-me = Übernehmen
console-solve-what = Es ist nichts mehr zu tun; der Inhaber kann weiter antworten.
console-answers = Fertige Antworten
console-answers-what = Antworten auf Fragen, die immer wieder kommen, in jeder Sprache.
console-answers-write = Neu schreiben
console-answers-name = Name
console-answers-text = Antwort
console-answers-edit = Bearbeiten
console-answers-delete = Löschen
