
## Der Arbeitsplatz: Konten, Nummern, Vorschläge, die erste Seite der Konsole
