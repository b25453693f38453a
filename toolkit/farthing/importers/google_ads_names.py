"""What the columns of Google Ads are called, language by language."""

from __future__ import annotations

COST = "Cost|Kosten|Coût|Coste|Costo|Custo"
#: Whose place it is; the place that was aimed at stands beside that of the people.
OF = r"(?: \((?!Matched).*\))?"
#: Columns by the names that languages and cards have for them.
NAMES = {
    "Campaign": (
        "Campaign", "Campaign Name", "Kampagne", "Campagne", "Campaña", "Campagna", "Campanha",
    ),
    "Cost": (rf"(?:{COST})(?: \([A-Z]{{3}}\))?",),
    "Impr.": (
        r"Impr\.", "Impressions", "Impressionen", "Impresiones", "Impressioni", r"Vert\.",
        "Vertoningen", "Impressões",
    ),
    "Clicks": ("Clicks", "Klicks", "Clics?", "Klikken", "Cliques"),
    "Day": ("Day", "Date", "Tag", "Jour", "Día", "Giorno", "Dag", "Dia"),
    "Currency code": (
        "Currency code", "Währungscode", "Code de (?:la )?devise", "Código de (?:la )?moneda",
        "Codice valuta", "Valutacode", "Código d[ae] moeda",
    ),
    "Campaign ID": (
        "Campaign ID", "Kampagnen-ID", "ID de (?:la )?campagne", "ID de (?:la )?campaña",
        "ID campagna", "Campagne-ID", "ID da campanha",
    ),
    "Account name": (
        "Account name", "Account", "Kontoname", "Nom du compte", "Nombre de (?:la )?cuenta",
        "Nome account", "Accountnaam", "Nome da conta",
    ),
    "Customer ID": (
        "Customer ID", "Kundennummer", "Numéro client", "ID client", "ID d[eo] cliente",
        "ID cliente", "Klant-ID",
    ),
    "Ad group": (
        "Ad group", "Anzeigengruppe", "Groupe d['’]annonces", "Grupo de anuncios",
        "Gruppo di annunci", "Advertentiegroep", "Grupo de anúncios",
    ),
    "Ad group ID": (
        "Ad group ID", "Anzeigengruppen-ID", "ID du groupe d['’]annonces",
        "ID del grupo de anuncios", "ID gruppo di annunci", "Advertentiegroep-ID",
        "ID do grupo de anúncios",
    ),
    "Ad ID": (
        "Ad ID", "Anzeigen-ID", "ID de l['’]annonce", "ID del anuncio", "ID annuncio",
        "Advertentie-ID", "ID do anúncio",
    ),
    "Ad": ("Ad", "Ad name", "Anzeige", "Annonce", "Anuncio", "Annuncio", "Advertentie", "Anúncio"),
    "Headline": (
        "Headline(?: 1)?", "Anzeigentitel(?: 1)?", "Titre(?: 1)?", "Título(?: 1)?",
        "Titolo(?: 1)?", "Kop(?: 1)?",
    ),
    "Final URL": (
        "Final URL", "Finale URL", "URL finale", "URL final", "Uiteindelijke URL",
    ),
    "Ad type": (
        "Ad type", "Anzeigentyp", "Type d['’]annonce", "Tipo de anuncio", "Tipo di annuncio",
        "Advertentietype", "Tipo de anúncio",
    ),
    "Keyword": (
        "Keyword", "Search keyword", "Suchbegriff-Keyword", "Mot clé", "Palabra clave",
        "Parola chiave", "Zoekwoord", "Palavra-chave",
    ),
    "Match type": (
        "Match type", "Übereinstimmungstyp",
        "Type de correspondance", "Tipo de concordancia", "Tipo di corrispondenza", "Zoektype",
        "Tipo de correspondência",
    ),
    "Search term": (
        "Search term", "Search", "Suchbegriff", "Terme de recherche", "Término de búsqueda",
        "Termine di ricerca", "Zoekterm", "Termo de pesquisa",
    ),
    "Device": ("Device", "Devices", "Gerät", "Appareil", "Dispositivo", "Apparaat"),
    "Network": (
        r"Network(?: \(.*\))?", r"Werbenetzwerk(?: \(.*\))?", "Netzwerk",
        "Réseau", "Red", "Rete", "Netwerk", "Rede",
    ),
    "City": (rf"(?:City|Town/City|Stadt|Ort|Ville|Ciudad|Città|Stad|Cidade){OF}",),
    "Region": (rf"(?:Region|Région|Región|Regione|Regio|Região){OF}",),
    "Country": (
        rf"(?:Country/Territory|Land/Gebiet|Land/Territorium|Land/Region|Pays/Territoire"
        rf"|País/Territorio|Paese/territorio|Land/gebied|País/Território){OF}",
    ),
    "Matched city": (r"City \(Matched\)",),
    "Matched region": (r"Region \(Matched\)",),
    "Matched country": (r"Country/Territory \(Matched\)",),
    "Location": (
        "Location", "Standort", "Zone géographique", "Ubicación", "Località", "Locatie", "Local",
        "Most specific location(?: .*)?",
    ),
    "Metro area": ("Metro area(?: .*)?",),
    "Postal code": ("(?:Postal|Post|Zip) ?code(?: .*)?", "Postleitzahl(?: .*)?"),
    "County or district": ("(?:County|District)(?: .*)?", "Landkreis(?: .*)?"),
    "Age": ("Age", "Alter", "Âge", "Edad", "Età", "Leeftijd", "Idade"),
    "Gender": ("Gender", "Geschlecht", "Sexe", "Sexo", "Sesso", "Geslacht", "Gênero"),
    "Household income": ("Household income", "Haushaltseinkommen", "Revenus du foyer"),
    "Parental status": ("Parental status", "Elternstatus", "Statut parental"),
    "Hour": (
        "Hour of the day", "Hour", "Stunde des Tages", "Tageszeit", "Heure de la journée",
        "Hora del día", "Ora del giorno", "Uur van de dag", "Hora do dia",
    ),
    "Day of the week": (
        "Day of the week", "Wochentag", "Jour de la semaine", "Día de la semana",
        "Giorno della settimana", "Dag van de week", "Dia da semana",
    ),
    "Week": ("Week", "Woche", "Semaine", "Semana", "Settimana"),
    "Month": ("Month", "Monat", "Mois", "Mes", "Mese", "Maand", "Mês"),
    "Quarter": ("Quarter", "Quartal", "Trimestre", "Kwartaal"),
    "Year": ("Year", "Jahr", "Année", "Año", "Anno", "Jaar", "Ano"),
    "Click type": ("Click type", "Klicktyp", "Type de clic", "Tipo de clic"),
    "Top or other": (r"Top vs\. [Oo]ther",),
    "Conversion action": ("Conversion action", "Conversion-Aktion", "Action de conversion"),
    "Placement": ("Placement", "Placements"),
    "Audience segment": ("Audience segment", "Audience"),
    "Topic": ("Topic",),
    "Landing page": ("Landing page", "Landingpage"),
    "Asset group": ("Asset group", "Asset-Gruppe", "Groupe de composants"),
    "Language": ("Language", "Sprache", "Langue"),
    "Budget": ("Budget", "Presupuesto", "Orçamento"),
    "Budget type": (
        "Budget type", "Budgettyp", "Type de budget", "Tipo de presupuesto", "Tipo di budget",
        "Budgettype", "Tipo de orçamento",
    ),
    "Budget name": (
        "Budget name", "Budgetname", "Nom du budget", "Nombre del presupuesto",
        "Nome (?:del )?budget", "Naam budget", "Budgetnaam", "Nome do orçamento",
    ),
    "Campaign type": (
        "Campaign type", "Kampagnentyp", "Type de campagne", "Tipo de campaña",
        "Tipo di campagna", "Campagnetype", "Tipo de campanha",
    ),
    "Campaign status": (
        "Campaign stat(?:us|e)", "Kampagnenstatus", "État de la campagne",
        "Estado de la campaña", "Stato (?:della )?campagna", "Campagnestatus",
        "(?:Status|Estado) da campanha",
    ),
}  # fmt: skip
#: Places, from the narrowest on.
PLACES = (
    *("Location", "Postal code", "City", "County or district", "Metro area"),
    *("Region", "Country"),
)
#: What a report can be divided by; each divides the same money anew.
SEGMENTS = (
    "Device", "Network", *PLACES, "Age", "Gender",
    "Household income", "Parental status", "Hour", "Day of the week", "Week", "Month", "Quarter",
    "Year", "Click type", "Top or other", "Conversion action", "Placement", "Audience segment",
    "Topic", "Landing page", "Asset group", "Language",
)  # fmt: skip
#: What tells that a table of campaigns and costs is of Google Ads.
EVIDENCE = frozenset({"Impr.", "Clicks", "Currency code", "Campaign type", "Campaign status"})
ALL_TIME = (
    "All time|Gesamter Zeitraum|Toutes les dates|Toute la période|Todo el per[ií]odo"
    "|Tutto il periodo|Sempre|Altijd|Hele periode|Todo o período"
)
#: Totals as they begin in each language, before a colon.
TOTAL = "Total|Totale|Totaal|Totales|Totais|Gesamt|Insgesamt|Summe"
#: Of types of budgets in lower case.
DAILY = ("daily", "täglich", "quotidien", "diario", "giornaliero", "dagelijks", "diário")
WHOLE = ".*(total|totaal|gesamt).*"
#: How the months begin in the languages of the headers, with their numbers; no beginning is of
#: two of them, but for ``juin`` and ``juil``, which are told apart before.
MONTHS = (
    " jan01 ene01 gen01 feb02 fév02 fev02 mar03 mär03 mrt03 maa03 apr04 avr04 abr04 may05 mai05"
    " mag05 mei05 jun06 giu06 jul07 lug07 aug08 aoû08 aou08 ago08 sep09 set09 oct10 okt10 ott10"
    " out10 nov11 dec12 dez12 déc12 dic12"
)
