
## Wieder hinein: vergessene Passwörter, Wiederherstellungsfälle und ihre Unterlagen

upload-document-front = Vorderseite Ihres Ausweises
upload-document-back = Rückseite Ihres Ausweises
upload-note-photo = Foto von Ihnen mit dem Zettel
upload-attachment = Bild
upload-hint = Ein Foto oder ein Bild als JPEG, PNG oder WebP, bis 15 MB. Ganz im Bild, scharf, ohne Spiegelung.
upload-picture = Das Bild, das wir erhalten haben
upload-camera = Foto aufnehmen
upload-file = Bild auswählen
upload-another = Anderes Bild auswählen
upload-send = Bild senden
upload-again = Erneut versuchen
upload-sending = Wird gesendet …
upload-checking = Der Rest wird gesendet. Danach prüfen wir das Bild.
upload-sent = Wir haben das Bild.
upload-waiting = Die Verbindung ist abgebrochen. Gesendetes ist nicht verloren; es geht weiter, sobald sie wieder steht.
upload-lost = Diese Seite ist zu alt, um fortzufahren. Laden Sie sie neu und wählen Sie das Bild noch einmal aus.
problem-upload-empty = Die Datei ist leer. Nehmen Sie ein Foto auf oder wählen Sie ein anderes Bild.
problem-upload-too-many-bytes = Das Bild ist größer als 15 MB. Nehmen Sie ein neues Foto auf oder speichern Sie es kleiner als JPEG.
problem-upload-svg = SVG-Zeichnungen nehmen wir nicht an. Nehmen Sie ein Foto auf oder speichern Sie das Bild als JPEG.
problem-upload-pdf = PDF-Dokumente nehmen wir nicht an. Fotografieren Sie das Dokument oder speichern Sie die Seite als JPEG.
problem-upload-heic = HEIC-Bilder nehmen wir nicht an. Nehmen Sie das Foto hier auf oder speichern Sie das Bild als JPEG.
problem-upload-gif = GIF-Bilder nehmen wir nicht an. Nehmen Sie ein Foto auf oder speichern Sie das Bild als JPEG.
problem-upload-archive = Archive nehmen wir nicht an. Senden Sie das Bild daraus einzeln.
problem-upload-not-a-picture = Das ist kein Bild, das wir lesen können. Nehmen Sie ein Foto auf oder speichern Sie es als JPEG.
problem-upload-too-many-pixels = Das Bild hat mehr als 50 Megapixel. Nehmen Sie ein neues mit weniger auf oder speichern Sie es kleiner.
problem-upload-too-small = Das Bild ist zu klein, um lesbar zu sein. Nehmen Sie ein neues Foto aus der Nähe auf.
problem-upload-damaged = Das Bild ist abgeschnitten oder beschädigt. Wählen Sie es noch einmal aus oder nehmen Sie ein neues Foto auf.
problem-upload-too-many = Hier sind schon so viele Bilder, wie wir behalten können. Entfernen Sie eines oder fahren Sie ohne fort.
problem-upload-too-much-unfinished = Zu viel Begonnenes ist nicht fertig. Beenden Sie es oder versuchen Sie es morgen wieder.
problem-upload-too-many-pieces = Das Bild kam in zu vielen Teilen an. Wählen Sie es noch einmal aus.
problem-upload-missing = Wählen Sie ein Bild aus oder nehmen Sie ein Foto auf.
problem-upload-gone = Diesen Upload gibt es nicht mehr. Wählen Sie das Bild noch einmal aus.
