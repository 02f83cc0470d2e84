# Was Menschen bekommen, auf Deutsch: ein Schlüssel je Satz. Werte stehen in { $Klammern }.
# Kurznachrichten bleiben im GSM-Alphabet (Umlaute und ß gehören dazu, typografische Zeichen nicht) und kurz: 160 Septette.

## Kurznachrichten mit Code: wofür, von wem, und dass niemand danach fragen darf (R12)
sms-code-sign_up = { $code } ist Ihr Code für die Registrierung bei { $brand }.
sms-code-sign_in = { $code } ist Ihr Code für die Anmeldung bei { $brand } auf einem neuen Gerät.
sms-code-bind = { $code } ist Ihr Code, um bei { $brand } diese Nummer zu hinterlegen.
sms-code-setting_change = { $code } ist Ihr Code für eine Sicherheitseinstellung bei { $brand }.
sms-code-password_reset = { $code } ist Ihr Code, um Ihr Passwort bei { $brand } neu zu setzen.
sms-code-withdrawal = { $brand }: { $code } bestätigt Auszahlung von { $amount } an { $payee }.
sms-code-p2p_sell = { $brand }: { $code } bestätigt Verkauf von { $amount } an { $payee }.
sms-code-api_key = { $code } ist Ihr Code für einen neuen API-Schlüssel bei { $brand }.
sms-never-ask = Wir fragen Sie nie danach.
sms-not-you = Nicht von Ihnen? Nicht weitergeben.
sms-valid = Gültig { $minutes } Min.

## Kurznachrichten darüber, was geschehen ist
sms-notice-new_sign_in = { $brand }: neue Anmeldung, { $when }{ $detail }. Nicht von Ihnen? Jetzt Passwort ändern.
sms-notice-second_factor_locked = { $brand }: jemand hatte Ihr Passwort, aber keinen Code, { $when }{ $detail }. Nicht Sie? Jetzt Passwort ändern.
sms-notice-number_bound = { $brand }: Telefonnummer hinterlegt, { $when }{ $detail }. Nicht von Ihnen? Support verständigen.
sms-notice-sms_switched_on = { $brand }: SMS-Codes eingeschaltet, { $when }{ $detail }. Nicht von Ihnen? Support verständigen.
sms-notice-sms_switched_off = { $brand }: SMS-Codes ausgeschaltet, { $when }{ $detail }. Nicht von Ihnen? Support verständigen.
sms-notice-sms_suspended = { $brand }: SMS-Codes gestoppt, { $when }. Ihre Nummer gehört wohl jemand anderem{ $detail }. Bitte eine neue hinterlegen.
sms-detail = { ", " }{ $detail }

## E-Mail mit Code
mail-code-subject-sign_up = Ihr Code für die Registrierung bei { $brand }
mail-code-subject-sign_in = Ihr Code für die Anmeldung bei { $brand } auf einem neuen Gerät
mail-code-subject-bind = Ihr Code, um bei { $brand } eine Telefonnummer zu hinterlegen
mail-code-subject-setting_change = Ihr Code für eine Sicherheitseinstellung bei { $brand }
mail-code-subject-password_reset = Ihr Code, um Ihr Passwort bei { $brand } neu zu setzen
mail-code-subject-withdrawal = Ihr Code für eine Auszahlung bei { $brand }
mail-code-subject-p2p_sell = Ihr Code für einen Verkauf bei { $brand }
mail-code-subject-api_key = Ihr Code für einen neuen API-Schlüssel bei { $brand }
mail-code-sign_up = Mit diesem Code eröffnen Sie Ihr Konto bei { $brand }:
mail-code-sign_in = Mit diesem Code melden Sie sich bei { $brand } auf einem neuen Gerät an:
mail-code-bind = Mit diesem Code hinterlegen Sie eine Telefonnummer für Ihr Konto bei { $brand }:
mail-code-setting_change = Mit diesem Code ändern Sie eine Sicherheitseinstellung Ihres Kontos bei { $brand }:
mail-code-password_reset = Mit diesem Code setzen Sie das Passwort Ihres Kontos bei { $brand } neu:
mail-code-withdrawal = Dieser Code bestätigt die Auszahlung von { $amount } an { $payee } von Ihrem Konto bei { $brand }:
mail-code-p2p_sell = Dieser Code bestätigt den Verkauf von { $amount } an { $payee } von Ihrem Konto bei { $brand }:
mail-code-api_key = Mit diesem Code erstellen Sie einen API-Schlüssel für Ihr Konto bei { $brand }:
mail-valid =
    { $minutes ->
        [one] Er gilt { $minutes } Minute.
       *[other] Er gilt { $minutes } Minuten.
    }
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
mail-notice-new_sign_in = Ein bisher unbekanntes Gerät hat sich bei Ihrem Konto von { $brand } angemeldet.
mail-notice-second_factor_locked = Jemand hat das richtige Passwort Ihres Kontos bei { $brand } eingegeben, danach so viele falsche Codes, dass Codes für eine Weile gesperrt sind.
mail-notice-number_bound = Für Ihr Konto bei { $brand } wurde eine Telefonnummer hinterlegt.
mail-notice-sms_switched_on = SMS-Codes wurden für Ihr Konto bei { $brand } eingeschaltet.
mail-notice-sms_switched_off = SMS-Codes wurden für Ihr Konto bei { $brand } ausgeschaltet.
mail-notice-sms_suspended = Die Telefonnummer Ihres Kontos bei { $brand } gehört offenbar inzwischen jemand anderem. Wir senden keine Codes mehr dorthin.
mail-when = Wann: { $when }
mail-device = Gerät: { $detail }
mail-number = Nummer: { $detail }
mail-next-new_sign_in = Wenn Sie das nicht waren, ändern Sie jetzt Ihr Passwort und beenden Sie die Sitzung auf der Seite Ihrer Geräte.
mail-next-second_factor_locked = Wenn Sie das nicht waren, ändern Sie jetzt Ihr Passwort: jemand anders kennt es.
mail-next-number_bound = Wenn Sie das nicht waren, verständigen Sie jetzt den Support.
mail-next-sms_switched_on = Wenn Sie das nicht waren, verständigen Sie jetzt den Support.
mail-next-sms_switched_off = Wenn Sie das nicht waren, verständigen Sie jetzt den Support.
mail-next-sms_suspended = Melden Sie sich auf anderem Weg an und hinterlegen Sie eine Nummer, die Ihnen gehört.
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
