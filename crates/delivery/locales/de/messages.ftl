# Was Menschen bekommen, auf Deutsch: ein Schlüssel je Satz. Werte stehen in { $Klammern }.
# Kurznachrichten bleiben im GSM-Alphabet (Umlaute und ß gehören dazu, typografische Zeichen nicht) und kurz: 160 Septette.

## Kurznachrichten mit Code: wofür, von wem, und dass niemand danach fragen darf (R12)
sms-code-sign_up = { $code } ist Ihr Code für die Registrierung bei { $brand }.
sms-code-sign_in = { $code } ist Ihr Code für die Anmeldung bei { $brand } auf einem neuen Gerät{ $words }.
sms-code-bind = { $code } ist Ihr Code, um bei { $brand } diese Nummer zu hinterlegen.
sms-code-setting_change = { $code } ist Ihr Code für eine Sicherheitseinstellung bei { $brand }{ $words }.
sms-code-password_reset = { $code } ist Ihr Code, um Ihr Passwort bei { $brand } neu zu setzen{ $words }.
sms-code-withdrawal = { $brand }: { $code } bestätigt { $amount }{ $network } an { $payee }{ $words }.
sms-code-p2p_sell = { $brand }: { $code } bestätigt Verkauf von { $amount }{ $network } an { $payee }{ $words }.
sms-code-transfer = { $brand }: { $code } bestätigt Transfer von { $amount }{ $network } an { $payee }{ $words }.
sms-code-transfer-address = { $brand }: { $code } bestätigt die Adresse { $payee }{ $network }{ $words }.
sms-code-api_key = { $code } ist Ihr Code für einen neuen API-Schlüssel bei { $brand }{ $words }.
sms-code-recovery = { $code } ist Ihr Code, um Ihr Konto bei { $brand } wiederherzustellen{ $words }.
sms-network = { " über " }{ $network }
sms-words = { " (" }{ $words })
sms-never-ask = Wir fragen Sie nie danach.
sms-not-you = Nicht Sie? Nie weitergeben.
sms-valid = Gültig { $minutes } Min.

## Wozu ein Code dient, in einem Text des Dienstes
sms-purpose-sign_up = für die Registrierung
sms-purpose-sign_in = für die Anmeldung auf einem neuen Gerät
sms-purpose-bind = zum Hinterlegen dieser Nummer
sms-purpose-setting_change = für eine Sicherheitseinstellung
sms-purpose-password_reset = zum Zurücksetzen des Passworts
sms-purpose-withdrawal = für eine Auszahlung
sms-purpose-p2p_sell = für einen Verkauf
sms-purpose-transfer = für einen Transfer
sms-purpose-api_key = für einen neuen API-Schlüssel
sms-purpose-recovery = zum Wiederherstellen Ihres Kontos

## Kurznachrichten darüber, was geschehen ist, und was zu tun ist, wenn es jemand anders war
sms-notice-new_sign_in = { $brand }: neue Anmeldung{ $facts }.
sms-notice-second_factor_locked = { $brand }: jemand hatte Ihr Passwort, aber keinen Code{ $facts }.
sms-notice-number_bound = { $brand }: Telefonnummer hinterlegt{ $facts }.
sms-notice-number_changed = { $brand }: Telefonnummer geändert, Auszahlungen pausieren{ $facts }.
sms-notice-number_removed = { $brand }: Telefonnummer entfernt, Auszahlungen pausieren{ $facts }.
sms-notice-sms_switched_on = { $brand }: SMS-Codes eingeschaltet{ $facts }.
sms-notice-sms_switched_off = { $brand }: SMS-Codes ausgeschaltet{ $facts }.
sms-notice-sms_suspended = { $brand }: SMS-Codes gestoppt, Ihre Nummer hat wohl jemand anders{ $facts }.
sms-notice-totp_added = { $brand }: Authenticator-App hinzugefügt{ $facts }.
sms-notice-totp_removed = { $brand }: Authenticator-App entfernt{ $facts }.
sms-notice-passkey_added = { $brand }: Passkey hinzugefügt{ $facts }.
sms-notice-passkey_removed = { $brand }: Passkey entfernt{ $facts }.
sms-notice-trading_password_set = { $brand }: Handelspasswort gesetzt{ $facts }.
sms-notice-trading_password_removed = { $brand }: Handelspasswort entfernt{ $facts }.
sms-notice-recovery_codes_made = { $brand }: neue Notfallcodes erstellt{ $facts }.
sms-notice-recovery_codes_removed = { $brand }: Notfallcodes entfernt{ $facts }.
sms-notice-recovery_code_used = { $brand }: Notfallcode benutzt{ $facts }.
sms-notice-phrase_changed = { $brand }: Erkennungssatz geändert{ $facts }.
sms-notice-password_changed = { $brand }: Passwort geändert{ $facts }.
sms-notice-account_frozen = { $brand }: Ihr Konto ist eingefroren{ $facts }.
sms-notice-account_unfrozen = { $brand }: Ihr Konto ist wieder offen{ $facts }.
sms-notice-operator_invited = { $brand }: Zugang zur Konsole{ $facts }.
sms-notice-operator_reset = { $brand }: Anmeldung an der Konsole neu einrichten{ $facts }.
sms-notice-staff_added = { $brand }: Neue Person an der Konsole{ $facts }.
sms-notice-staff_roles_changed = { $brand }: Rollen an der Konsole geändert{ $facts }.
sms-notice-staff_reset = { $brand }: Anmeldung an der Konsole zurückgesetzt{ $facts }.
sms-notice-staff_enabled = { $brand }: Zugang zur Konsole zurückgegeben{ $facts }.
sms-notice-support_answered = { $brand }: Der Support hat geantwortet{ $facts }.
sms-notice-support_opened = { $brand }: jemand hat den Support wegen Ihres Kontos gefragt{ $facts }.
sms-notice-recovery_opened = { $brand }: jemand will Ihr Konto wiederherstellen{ $facts }.
sms-notice-recovery_returned = { $brand }: wir brauchen bessere Bilder zur Wiederherstellung{ $facts }.
sms-notice-recovery_approved = { $brand }: Wiederherstellung Ihres Kontos genehmigt{ $facts }.
sms-notice-recovery_rejected = { $brand }: Wiederherstellung Ihres Kontos abgelehnt{ $facts }.
sms-notice-recovery_canceled = { $brand }: Wiederherstellung Ihres Kontos abgebrochen{ $facts }.
sms-notice-recovery_expired = { $brand }: Wiederherstellung Ihres Kontos abgelaufen{ $facts }.
sms-notice-recovery_finished = { $brand }: Konto wiederhergestellt, Auszahlungen ruhen{ $facts }.
sms-notice-recovery_unproved = { $brand }: Wiederherstellung geht nur mit Dokumenten weiter{ $facts }.
sms-notice-recovery_access_replaced = { $brand }: neuer Zugangscode zur Wiederherstellung{ $facts }.
sms-notice-recovery_status_kept = { $brand }: Identität bestätigt, Konto bleibt beschränkt{ $facts }.
sms-notice-route_test = { $brand }: Testnachricht{ $facts }.
sms-fact = { ", " }{ $fact }
sms-next-password = Nicht Sie? Jetzt Passwort ändern.
sms-next-support = Nicht Sie? Support verständigen.
sms-next-number = Bitte eine neue hinterlegen.
sms-next-open = Zum Öffnen anmelden.
sms-next-admins = Unbekannt? Sehen Sie in der Liste nach.
sms-next-nothing = Sie müssen nichts tun.
sms-freeze = Nicht Sie? Einfrieren: { $link }
sms-join = Einrichten: { $link }

## E-Mail mit Code
mail-code-subject-sign_up = Ihr Code für die Registrierung bei { $brand }
mail-code-subject-sign_in = Ihr Code für die Anmeldung bei { $brand } auf einem neuen Gerät
mail-code-subject-bind = Ihr Code, um bei { $brand } eine Telefonnummer zu hinterlegen
mail-code-subject-setting_change = Ihr Code für eine Sicherheitseinstellung bei { $brand }
mail-code-subject-password_reset = Ihr Code, um Ihr Passwort bei { $brand } neu zu setzen
mail-code-subject-withdrawal = Ihr Code für eine Auszahlung bei { $brand }
mail-code-subject-p2p_sell = Ihr Code für einen Verkauf bei { $brand }
mail-code-subject-transfer = Ihr Code für eine Übertragung bei { $brand }
mail-code-subject-api_key = Ihr Code für einen neuen API-Schlüssel bei { $brand }
mail-code-subject-recovery = Ihr Code bei { $brand } zum Wiederherstellen Ihres Kontos
mail-code-sign_up = Mit diesem Code eröffnen Sie Ihr Konto bei { $brand }:
mail-code-sign_in = Mit diesem Code melden Sie sich bei { $brand } auf einem neuen Gerät an:
mail-code-bind = Mit diesem Code hinterlegen Sie eine Telefonnummer für Ihr Konto bei { $brand }:
mail-code-setting_change = Mit diesem Code ändern Sie eine Sicherheitseinstellung Ihres Kontos bei { $brand }:
mail-code-password_reset = Mit diesem Code setzen Sie das Passwort Ihres Kontos bei { $brand } neu:
mail-code-withdrawal = Dieser Code bestätigt die Auszahlung von { $amount }{ $network } an { $payee } von Ihrem Konto bei { $brand }:
mail-code-p2p_sell = Dieser Code bestätigt den Verkauf von { $amount }{ $network } an { $payee } von Ihrem Konto bei { $brand }:
mail-code-transfer = Dieser Code bestätigt die Übertragung von { $amount }{ $network } an { $payee } von Ihrem Konto bei { $brand }:
mail-code-transfer-address = Dieser Code bestätigt die Adresse { $payee }{ $network } für Ihr Konto bei { $brand }:
mail-code-api_key = Mit diesem Code erstellen Sie einen API-Schlüssel für Ihr Konto bei { $brand }:
mail-code-recovery = Geben Sie diesen Code ein, um Ihr Konto bei { $brand } wiederherzustellen:
mail-network = { " über " }{ $network }
mail-words = Die Seite, die danach fragt, zeigt diese zwei Wörter: { $words }. Zeigt sie andere, geben Sie den Code nicht ein.
mail-valid =
    { $minutes ->
        [one] Er gilt { $minutes } Minute.
       *[other] Er gilt { $minutes } Minuten.
    }
mail-phrase = Ihr Erkennungssatz: { $phrase }
mail-never-ask = Wir fragen nie nach Codes, weder am Telefon noch im Chat noch per E-Mail. Wer Sie danach fragt, will an Ihr Konto.
mail-not-asked = Wenn Sie das nicht angefordert haben, brauchen Sie nichts zu tun.
mail-not-you = Wenn das nicht von Ihnen kommt, geben Sie den Code niemandem und ändern Sie Ihr Passwort.

## E-Mail darüber, was geschehen ist
mail-notice-subject-new_sign_in = Neue Anmeldung bei Ihrem Konto von { $brand }
mail-notice-subject-second_factor_locked = Jemand hat das Passwort Ihres Kontos bei { $brand }
mail-notice-subject-number_bound = Für Ihr Konto bei { $brand } wurde eine Telefonnummer hinterlegt
mail-notice-subject-sms_switched_on = SMS-Codes wurden für Ihr Konto bei { $brand } eingeschaltet
mail-notice-subject-sms_switched_off = SMS-Codes wurden für Ihr Konto bei { $brand } ausgeschaltet
mail-notice-subject-sms_suspended = SMS-Codes für Ihr Konto bei { $brand } sind gestoppt
mail-notice-subject-number_changed = Die Telefonnummer Ihres Kontos bei { $brand } wurde geändert
mail-notice-subject-number_removed = Die Telefonnummer Ihres Kontos bei { $brand } wurde entfernt
mail-notice-subject-totp_added = Eine Authenticator-App wurde Ihrem Konto bei { $brand } hinzugefügt
mail-notice-subject-totp_removed = Die Authenticator-App Ihres Kontos bei { $brand } wurde entfernt
mail-notice-subject-passkey_added = Ein Passkey wurde Ihrem Konto bei { $brand } hinzugefügt
mail-notice-subject-passkey_removed = Ein Passkey Ihres Kontos bei { $brand } wurde entfernt
mail-notice-subject-trading_password_set = Das Handelspasswort Ihres Kontos bei { $brand } wurde gesetzt
mail-notice-subject-trading_password_removed = Das Handelspasswort Ihres Kontos bei { $brand } wurde entfernt
mail-notice-subject-recovery_codes_made = Neue Notfallcodes für Ihr Konto bei { $brand }
mail-notice-subject-recovery_codes_removed = Die Notfallcodes Ihres Kontos bei { $brand } wurden entfernt
mail-notice-subject-recovery_code_used = Ein Notfallcode Ihres Kontos bei { $brand } wurde benutzt
mail-notice-subject-phrase_changed = Der Erkennungssatz Ihres Kontos bei { $brand } wurde geändert
mail-notice-subject-password_changed = Das Passwort Ihres Kontos bei { $brand } wurde geändert
mail-notice-subject-account_frozen = Ihr Konto bei { $brand } ist eingefroren
mail-notice-subject-account_unfrozen = Ihr Konto bei { $brand } ist wieder offen
mail-notice-subject-operator_invited = Ihr Zugang zur Konsole von { $brand }
mail-notice-subject-operator_reset = Richten Sie Ihre Anmeldung an der Konsole von { $brand } neu ein
mail-notice-subject-staff_added = Neue Person im Personal der Konsole von { $brand }
mail-notice-subject-staff_roles_changed = An der Konsole von { $brand } wurden Rollen geändert
mail-notice-subject-staff_reset = Eine Anmeldung an der Konsole von { $brand } wurde zurückgesetzt
mail-notice-subject-staff_enabled = Ein Zugang zur Konsole von { $brand } wurde zurückgegeben
mail-notice-subject-support_answered = Der Support von { $brand } hat Ihnen geantwortet
mail-notice-subject-support_opened = Jemand hat den Support von { $brand } wegen Ihres Kontos gefragt
mail-notice-subject-recovery_opened = Jemand möchte Ihr Konto bei { $brand } wiederherstellen
mail-notice-subject-recovery_returned = Ihr Antrag bei { $brand } braucht bessere Bilder
mail-notice-subject-recovery_approved = Die Wiederherstellung Ihres Kontos bei { $brand } wurde genehmigt
mail-notice-subject-recovery_rejected = Die Wiederherstellung Ihres Kontos bei { $brand } wurde abgelehnt
mail-notice-subject-recovery_canceled = Die Wiederherstellung Ihres Kontos bei { $brand } wurde abgebrochen
mail-notice-subject-recovery_expired = Die Wiederherstellung Ihres Kontos bei { $brand } ist abgelaufen
mail-notice-subject-recovery_unproved = Jemand möchte Ihr Konto bei { $brand } nur mit Dokumenten wiederherstellen
mail-notice-subject-recovery_access_replaced = Die Wiederherstellung Ihres Kontos bei { $brand } hat einen neuen Zugangscode
mail-notice-subject-recovery_status_kept = Ihre Identität bei { $brand } ist bestätigt; Ihr Konto bleibt eingeschränkt
mail-notice-subject-recovery_finished = Ihr Konto bei { $brand } wurde wiederhergestellt
mail-notice-subject-route_test = Eine Testnachricht von { $brand }
mail-notice-new_sign_in = Ein bisher unbekanntes Gerät hat sich bei Ihrem Konto von { $brand } angemeldet.
mail-notice-second_factor_locked = Jemand hat das richtige Passwort Ihres Kontos bei { $brand } eingegeben, danach so viele falsche Codes, dass Codes für eine Weile gesperrt sind.
mail-notice-number_bound = Für Ihr Konto bei { $brand } wurde eine Telefonnummer hinterlegt.
mail-notice-sms_switched_on = SMS-Codes wurden für Ihr Konto bei { $brand } eingeschaltet.
mail-notice-sms_switched_off = SMS-Codes wurden für Ihr Konto bei { $brand } ausgeschaltet.
mail-notice-sms_suspended = Die Telefonnummer Ihres Kontos bei { $brand } gehört offenbar inzwischen jemand anderem. Wir senden keine Codes mehr dorthin.
mail-notice-number_changed = Die Telefonnummer Ihres Kontos bei { $brand } wurde durch eine andere ersetzt.
mail-notice-number_removed = Unser Personal hat die Telefonnummer Ihres Kontos bei { $brand } entfernt und das Konto überall abgemeldet. Keine andere tritt an ihre Stelle, bis Sie eine hinterlegen. Wenn Sie das nicht verlangt haben, sperren Sie das Konto jetzt.
mail-notice-totp_added = Ihrem Konto bei { $brand } wurde eine Authenticator-App hinzugefügt. Ihre Codes können bestätigen, was Sie tun.
mail-notice-totp_removed = Die Authenticator-App Ihres Kontos bei { $brand } wurde entfernt. Ihre Codes gelten nicht mehr.
mail-notice-passkey_added = Ihrem Konto bei { $brand } wurde ein Passkey hinzugefügt. Er kann bestätigen, was Sie tun.
mail-notice-passkey_removed = Ein Passkey Ihres Kontos bei { $brand } wurde entfernt. Er gilt nicht mehr.
mail-notice-trading_password_set = Das Handelspasswort Ihres Kontos bei { $brand } wurde gesetzt oder geändert.
mail-notice-trading_password_removed = Das Handelspasswort Ihres Kontos bei { $brand } wurde entfernt. Es wird nicht mehr abgefragt.
mail-notice-recovery_codes_made = Für Ihr Konto bei { $brand } wurden neue Notfallcodes erstellt. Frühere gelten nicht mehr.
mail-notice-recovery_codes_removed = Die Notfallcodes Ihres Kontos bei { $brand } wurden entfernt. Keiner gilt mehr.
mail-notice-recovery_code_used = Einer der Notfallcodes Ihres Kontos bei { $brand } wurde benutzt. Jeder gilt nur einmal.
mail-notice-phrase_changed = Der Satz, den unsere E-Mails Ihnen zeigen, wurde für Ihr Konto bei { $brand } gesetzt, geändert oder entfernt.
mail-notice-password_changed = Das Passwort Ihres Kontos bei { $brand } wurde geändert.
mail-notice-account_frozen = Ihr Konto bei { $brand } wurde eingefroren. Nichts kann es verlassen, und keine Einstellung lässt sich ändern, bis Sie es wieder öffnen.
mail-notice-account_unfrozen = Ihr Konto bei { $brand } war eingefroren und wurde wieder geöffnet.
mail-notice-operator_invited = Sie wurden als Mitglied des Personals an der Konsole von { $brand } eingetragen.
mail-notice-operator_reset = Womit Sie sich an der Konsole von { $brand } anmelden, wurde zurückgenommen, und Ihre Sitzungen wurden beendet.
mail-notice-staff_added = Jemand wurde als Mitglied des Personals an der Konsole von { $brand } eingetragen.
mail-notice-staff_roles_changed = Was ein Mitglied des Personals an der Konsole von { $brand } darf, wurde geändert.
mail-notice-staff_reset = Womit sich ein Mitglied des Personals an der Konsole von { $brand } anmeldet, wurde zurückgenommen und wird über einen Link neu festgelegt.
mail-notice-staff_enabled = Ein Mitglied des Personals, dessen Zugang zur Konsole von { $brand } beendet war, hat ihn wieder.
mail-notice-support_answered = Es gibt eine Antwort auf Ihre Frage an den Support von { $brand }.
mail-notice-support_opened = Jemand, der Ihr Passwort kennt, gibt an, sich bei Ihrem Konto bei { $brand } nicht anmelden zu können, und hat unseren Support gefragt. Eine Frage an den Support ändert von selbst nichts.
mail-notice-recovery_opened = Jemand, der Ihr Passwort kennt, gibt an, dass das Telefon oder ein anderer Nachweis Ihres Kontos bei { $brand } verloren ist, und möchte es wiederherstellen. Zwei unserer Mitarbeiter entscheiden, bevor sich etwas ändert.
mail-notice-recovery_returned = Die Bilder Ihres Antrags auf Wiederherstellung bei { $brand } konnten nicht verwendet werden. Seine Seite sagt, warum.
mail-notice-recovery_approved = Zwei unserer Mitarbeiter haben den Antrag genehmigt, Ihr Konto bei { $brand } wiederherzustellen. Wer ihn gestellt hat, kann ihn jetzt mit dem Passwort abschließen.
mail-notice-recovery_rejected = Der Antrag, Ihr Konto bei { $brand } wiederherzustellen, wurde abgelehnt. Seine Seite sagt, warum.
mail-notice-recovery_canceled = Der Antrag, Ihr Konto bei { $brand } wiederherzustellen, wurde abgebrochen. Nichts hat sich geändert.
mail-notice-recovery_expired = Der Antrag, Ihr Konto bei { $brand } wiederherzustellen, hat zu lange gewartet und ist beendet. Nichts hat sich geändert.
mail-notice-recovery_unproved = Jemand, der Ihr Passwort kennt, gibt an, dass alles andere Ihres Kontos bei { $brand } mit dem Telefon verloren ist, und macht nur mit Dokumenten weiter. Abschließen lässt sich nichts, bevor eine Wartezeit um ist.
mail-notice-recovery_access_replaced = Wer Ihr Konto bei { $brand } wiederherstellen möchte, hat etwas anderes davon nachgewiesen und einen neuen Zugangscode bekommen. Der vorige gilt nicht mehr, und die Dokumente werden neu gesendet.
mail-notice-recovery_status_kept = Zwei unserer Mitarbeiter haben Ihre Identität bei { $brand } bestätigt. Seit Ihrem Antrag wurde Ihr Konto aus einem anderen Grund eingeschränkt oder markiert: Das bleibt, bis es geklärt ist.
mail-notice-recovery_finished = Der Antrag, Ihr Konto bei { $brand } wiederherzustellen, wurde ausgeführt. Alle anderen Geräte wurden abgemeldet.
mail-notice-route_test = { $brand } prüft, ob Nachrichten ankommen.
mail-held = Nach dieser Änderung pausieren Auszahlungen und alle anderen Wege, auf denen Werte abgehen, für eine Weile. Ihr Sicherheitscenter zeigt, bis wann; der Support kann das nicht verkürzen.
mail-when = Wann: { $when }
mail-device = Gerät: { $detail }
mail-number = Nummer: { $detail }
mail-staff = Wessen Zugang, und wer es war: { $detail }
mail-case = Seine Seite: { $detail }
mail-next-password = Wenn Sie das nicht waren, ändern Sie jetzt Ihr Passwort und beenden Sie die Sitzung auf der Seite Ihrer Geräte.
mail-next-locked = Wenn Sie das nicht waren, ändern Sie jetzt Ihr Passwort: jemand anders kennt es.
mail-next-support = Wenn Sie das nicht waren, verständigen Sie jetzt den Support.
mail-next-number = Melden Sie sich auf anderem Weg an und hinterlegen Sie eine Nummer, die Ihnen gehört.
mail-next-open = Um es wieder zu öffnen, melden Sie sich an und bestätigen Sie mit dem, was Ihr Konto hat. Wenn Sie es nicht eingefroren haben, liest vielleicht jemand Ihre Nachrichten: ändern Sie zuerst das Passwort Ihres Postfachs.
mail-next-staff = Wenn Sie das nicht erwartet haben, öffnen Sie den Link nicht und sagen Sie es denen, die die Konsole betreiben.
mail-next-admins = Sie erhalten das, weil Sie Admin sind. Wenn Sie nichts davon wissen, fragen Sie auf einem Weg, dem Sie trauen, wer das getan hat, und beenden Sie den Zugang bis dahin auf der Seite Personal der Konsole.
mail-next-read = Um sie zu lesen und zu antworten, öffnen Sie Ihre Anfrage. Die Antwort selbst steht nie in einer E-Mail.
mail-next-asked = Wenn Sie das nicht waren, kennt jemand anderes Ihr Passwort: Sperren Sie Ihr Konto jetzt und ändern Sie danach das Passwort.
mail-next-nothing = Sie müssen nichts tun, und an Ihrem Konto hat sich nichts geändert.
mail-next-recovery = Waren Sie es, dann können Sie den Antrag mit dieser Seite und dem angezeigten Zugangscode verfolgen. Waren Sie es nicht, dann sperren Sie Ihr Konto jetzt: Das beendet den Antrag.
mail-next-returned = Ist der Antrag von Ihnen, dann senden Sie auf seiner Seite bessere Bilder. Wenn nicht, dann sperren Sie Ihr Konto jetzt: Das beendet den Antrag.
mail-next-approved = Ist der Antrag von Ihnen, dann schließen Sie ihn auf seiner Seite ab. Wenn nicht, dann sperren Sie Ihr Konto jetzt: Das beendet den Antrag.
mail-freeze = Nicht Sie? Diese Seite friert Ihr Konto sofort ein, ob Sie angemeldet sind oder nicht. Ein eingefrorenes Konto kann nichts verlassen, und nur Sie können es wieder öffnen:
mail-join = Diese Seite legt Ihr Passwort und Ihren zweiten Faktor fest. Sie gilt einmal und 24 Stunden lang; behalten Sie sie für sich:
mail-notice-never-ask = Wir fragen nie nach Codes oder Passwörtern.

## Ein Zeitpunkt, immer in UTC
moment = { $day }. { $month ->
    [1] Jan.
    [2] Feb.
    [3] März
    [4] Apr.
    [5] Mai
    [6] Juni
    [7] Juli
    [8] Aug.
    [9] Sep.
    [10] Okt.
    [11] Nov.
   *[12] Dez.
    } { $year }, { $hour }:{ $minute } UTC

## Anrufe: wer anruft, wofür, der Code Ziffer für Ziffer und zweimal. Zum Hören geschrieben, also in kurzen Sätzen.
voice-language = de
voice-hello = Guten Tag. Hier ist { $brand }.
voice-code-sign_up = Hier ist Ihr Code für die Registrierung.
voice-code-sign_in = Hier ist Ihr Code für die Anmeldung auf einem neuen Gerät.
voice-code-bind = Hier ist Ihr Code, um diese Telefonnummer zu hinterlegen.
voice-code-setting_change = Hier ist Ihr Code für eine Sicherheitseinstellung.
voice-code-password_reset = Hier ist Ihr Code, um Ihr Passwort neu zu setzen.
voice-code-withdrawal = Dieser Code bestätigt die Auszahlung von { $amount }{ $network } an { $payee }.
voice-code-p2p_sell = Dieser Code bestätigt den Verkauf von { $amount }{ $network } an { $payee }.
voice-code-transfer = Dieser Code bestätigt die Übertragung von { $amount }{ $network } an { $payee }.
voice-code-transfer-address = Dieser Code bestätigt { $payee }{ $network } als Ziel für Auszahlungen.
voice-code-api_key = Hier ist Ihr Code für einen neuen A P I Schlüssel.
voice-code-recovery = Hier ist Ihr Code, um Ihr Konto wiederherzustellen.
voice-network = { " über " }{ $network }
voice-payee-ends = die Adresse, die mit { $head } beginnt und mit { $tail } endet
voice-words = Die Seite, die danach fragt, zeigt zwei Wörter: { $words }. Zeigt sie andere, geben Sie den Code nicht ein.
voice-code = Ihr Code lautet: { $code }.
voice-code-again = Noch einmal, Ihr Code lautet: { $code }.
voice-never-ask = Wir fragen nie nach diesem Code. Wenn jemand danach fragt oder Sie diesen Anruf nicht angefordert haben, legen Sie auf und geben Sie ihn niemandem weiter.
voice-notice = An der Sicherheit Ihres Kontos hat sich etwas geändert. Bitte melden Sie sich an und sehen Sie auf der Seite Aktivität nach. Wir fragen nie nach Codes oder Passwörtern.
