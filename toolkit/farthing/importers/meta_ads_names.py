"""What the columns of Meta's Ads Manager and Marketing API are called, language by language."""

from __future__ import annotations

#: What a header names before the currency of its amounts.
SPENT_IN = (
    "amount spent|valor gasto|valor usado|importe gastado|montant dépensé|ausgegebener betrag"
    "|importo speso|besteed bedrag"
)
#: Columns by the names that languages and the API have for them; how they are cased varies.
NAMES = {
    "Campaign name": (
        "campaign name", "campaign_name", "nome da campanha", "nombre de la campaña",
        "nom de la campagne", "kampagnenname", "nome della campagna", "campagnenaam",
        "naam campagne",
    ),
    "Ad set name": (
        "ad set name", "adset_name", "nome do conjunto de anúncios",
        "nombre del conjunto de anuncios", "nom de l['’]ensemble de publicités",
        "name der anzeigengruppe", "anzeigengruppenname", "nome del gruppo di inserzioni",
        "naam advertentieset", "advertentiesetnaam",
    ),
    "Ad name": (
        "ad name", "ad_name", "nome do anúncio", "nombre del anuncio", "nom de la publicité",
        "anzeigenname", "name der werbeanzeige", "nome dell['’]inserzione", "naam advertentie",
        "advertentienaam",
    ),
    "Amount spent": ("spend", rf"(?:{SPENT_IN})(?: \([a-z]{{3}}\))?"),
    "Impressions": (
        "impressions", "impressões", "impresiones", "impressionen", "impressioni?", "weergaven",
        "vertoningen",
    ),
    "Reach": (
        "reach", "alcance", "portée", "couverture", "reichweite", "copertura", "bereik",
    ),
    "Clicks (all)": (
        "clicks", r"(?:clicks|cliques) \((?:all|todos)\)", r"clics \((?:todos|tous)\)",
        r"klicks \(alle\)", r"clic \(tutti\)", r"klikken \(alle\)",
    ),
    "Day": ("day", "dia", "día", "jour", "tag", "giorno", "dag"),
    "Week": ("week", "semana", "semaine", "woche", "settimana"),
    "Month": ("month", "mês", "mes", "mois", "monat", "mese", "maand"),
    "Reporting starts": (
        "reporting starts", "date_start", "início dos relatórios", "inicio del informe",
        "début des rapports", "berichtsstart", "inizio dei report", "inizio report",
        "start rapportage",
    ),
    "Reporting ends": (
        "reporting ends", "date_stop", "término dos relatórios", "encerramento dos relatórios",
        "fin del informe", "fin des rapports", "berichtsende", "fine dei report", "fine report",
        "einde rapportage",
    ),
    "Age": ("age", "idade", "edad", "âge", "alter", "età", "leeftijd"),
    "Gender": (
        "gender", "gênero", "sexo", "género", "genre", "sexe", "geschlecht", "genere", "geslacht",
    ),
    "Country": ("country", "país", "pays", "land", "paese"),
    "Region": ("region", "região", "región", "région", "regione", "regio"),
    "Platform": (
        "platform", "publisher_platform", "plataforma", "plateforme", "plattform", "piattaforma",
    ),
    "Placement": (
        "placement", "platform_position", "posicionamento", "ubicación", "emplacement",
        "platzierung", "posizionamento", "plaatsing",
    ),
    "Currency": ("currency", "account_currency", "moeda", "divisa", "devise", "währung", "valuta"),
    "Account name": (
        "account name", "account_name", "nome da conta", "nombre de la cuenta", "nom du compte",
        "kontoname", "nome dell['’]account", "accountnaam",
    ),
    "Account ID": ("account id", "account_id"),
    "Campaign ID": (
        "campaign id", "campaign_id", "identificação da campanha", "identificador de la campaña",
        "kampagnen-id", "campagne-id",
    ),
    "Ad set ID": (
        "ad set id", "adset_id", "identificação do conjunto de anúncios",
        "identificador del conjunto de anuncios", "anzeigengruppen-id", "advertentieset-id",
    ),
    "Ad ID": (
        "ad id", "ad_id", "identificação do anúncio", "identificador del anuncio", "anzeigen-id",
        "advertentie-id",
    ),
    "Ad set budget": (
        "ad set budget", "orçamento do conjunto de anúncios",
        "presupuesto del conjunto de anuncios", "budget del gruppo di inserzioni",
        "budget advertentieset",
    ),
    "Ad set budget type": (
        "ad set budget type", "tipo de orçamento do conjunto de anúncios",
        "tipo de presupuesto del conjunto de anuncios",
        "tipo di budget del gruppo di inserzioni",
    ),
    "Campaign budget": (
        "campaign budget", "orçamento da campanha", "presupuesto de la campaña",
    ),
    "Campaign budget type": (
        "campaign budget type", "tipo de orçamento da campanha",
        "tipo de presupuesto de la campaña",
    ),
}  # fmt: skip
#: What a report can be divided by beside age and gender; each divides the same money anew.
BREAKDOWNS = (
    "Country", "Region", "Platform", "Placement", "Impression device", "Device platform",
    "Time of day (ad account time zone)",
)  # fmt: skip
#: Stretches of time that a report can be divided by, in a cell such as 2025-05-01 - 2025-05-31.
STRETCHES = ("Week", "Month")
API_BREAKDOWNS = {"impression_device": "Impression device", "device_platform": "Device platform"}
