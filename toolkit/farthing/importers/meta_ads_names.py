"""What the columns of Meta's Ads Manager and Marketing API are called, language by language."""

from __future__ import annotations

#: What a header names before the currency of its amounts.
SPENT_IN = (
    "amount spent|valor gasto|valor usado|importe gastado|montant dépensé|ausgegebener betrag"
    "|importo speso|besteed bedrag|wydana kwota|elköltött összeg|harcanan tutar|сумма затрат"
    "|jumlah yang dibelanjakan|số tiền đã chi tiêu|beløp brukt"
    "|จำนวนเงินที่ใช้จ่ายไป|المبلغ الذي تم إنفاقه"
    "|потраченная сумма|消化金額|지출 금액|花費金額|花费金额"
)
#: Columns by the names that languages and the API have for them; how they are cased varies.
NAMES = {
    "Campaign name": (
        "campaign name", "campaign_name", "nome da campanha", "nombre de la campaña",
        "nom de la campagne", "kampagnenname", "nome della campagna", "campagnenaam",
        "naam campagne",
        "nazwa kampanii", "kampány neve", "kampanya adı", "название кампании", "キャンペーン名",
        "캠페인 이름", "行銷活動名稱", "广告系列名称",
        "nama kampanye", "tên chiến dịch", "kampanjenavn",
        "ชื่อแคมเปญ", "اسم الحملة",
    ),
    "Ad set name": (
        "ad set name", "adset_name", "nome do conjunto de anúncios",
        "nombre del conjunto de anuncios", "nom de l['’]ensemble de publicités",
        "name der anzeigengruppe", "anzeigengruppenname", "nome del gruppo di inserzioni",
        "naam advertentieset", "advertentiesetnaam",
        "nazwa zestawu reklam", "hirdetéssorozat neve", "reklam seti adı",
        "название группы объявлений", "広告セット名", "광고 세트 이름",
        "廣告組合名稱", "广告组名称",
        "nama set iklan", "tên nhóm quảng cáo",
        "ชื่อชุดโฆษณา", "اسم مجموعة الإعلانات",
    ),
    "Ad name": (
        "ad name", "ad_name", "nome do anúncio", "nombre del anuncio", "nom de la publicité",
        "anzeigenname", "name der werbeanzeige", "nome dell['’]inserzione", "naam advertentie",
        "advertentienaam",
        "nazwa reklamy", "hirdetés neve", "reklam adı", "название объявления", "広告名",
        "광고 이름", "廣告名稱", "广告名称",
        "nama iklan", "tên quảng cáo",
        "ชื่อโฆษณา", "اسم الإعلان",
    ),
    "Amount spent": ("spend", rf"(?:{SPENT_IN})(?: \([a-z]{{3}}\))?"),
    "Impressions": (
        "impressions", "impressões", "impresiones", "impressionen", "impressioni?", "weergaven",
        "vertoningen",
        "wyświetlenia", "megjelenések", "gösterim", "gösterimler", "показы", "インプレッション",
        "노출", "曝光次數", "展示次数",
        "impresi", "lượt hiển thị", "eksponeringer",
        "อิมเพรสชัน", "مرات الظهور",
    ),
    "Reach": (
        "reach", "alcance", "portée", "couverture", "reichweite", "copertura", "bereik",
        "zasięg", "elérés", "erişim", "охват", "リーチ", "도달", "도달수", "觸及人數", "覆盖人数",
        "jangkauan", "người tiếp cận", "rekkevidde",
        "การเข้าถึง", "الوصول",
    ),
    "Clicks (all)": (
        "clicks", r"(?:clicks|cliques) \((?:all|todos)\)", r"clics \((?:todos|tous)\)",
        r"klicks \(alle\)", r"clic \(tutti\)", r"klikken \(alle\)",
        r"kliknięcia \(wszystkie\)", r"tıklamalar \(tümü\)", "クリック ?[(（]すべて[)）]",
        r"클릭 ?\(전체\)", "點擊次數（全部）",
        r"lượt click \(tất cả\)",
    ),
    "Day": (
        "day", "dia", "día", "jour", "tag", "giorno", "dag",
        "dzień", "nap", "gün", "день", "日", "일", "天數",
        "ngày",
        "วัน", "اليوم",
    ),
    "Week": ("week", "semana", "semaine", "woche", "settimana"),
    "Month": (
        "month", "mês", "mes", "mois", "monat", "mese", "maand",
        "miesiąc", "hónap", "ay", "месяц", "月", "월", "月份",
        "เดือน", "الشهر",
    ),
    "Reporting starts": (
        "reporting starts", "date_start", "início dos relatórios", "inicio del informe",
        "début des rapports", "berichtsstart", "inizio dei report", "inizio report",
        "start rapportage",
        "początek raportowania", "jelentés kezdete", "rapor başlangıcı",
        "дата начала отчетности", "レポート開始日", "보고 시작", "分析報告開始", "报告开始日期",
        "awal pelaporan", "lượt bắt đầu báo cáo", "rapportering starter",
        "เริ่มการรายงาน", "بداية التقارير",
    ),
    "Reporting ends": (
        "reporting ends", "date_stop", "término dos relatórios", "encerramento dos relatórios",
        "fin del informe", "fin des rapports", "berichtsende", "fine dei report", "fine report",
        "einde rapportage",
        "koniec raportowania", "jelentés vége", "rapor sonu", "дата окончания отчетности",
        "レポート終了日", "보고 종료", "分析報告結束", "报告结束日期",
        "akhir pelaporan", "lượt kết thúc báo cáo",
        "สิ้นสุดการรายงาน", "نهاية التقارير",
    ),
    "Age": (
        "age", "idade", "edad", "âge", "alter", "età", "leeftijd",
        "wiek", "életkor", "yaş", "возраст", "年齢", "연령", "年齡", "年龄",
        "อายุ", "العمر",
    ),
    "Gender": (
        "gender", "gênero", "sexo", "género", "genre", "sexe", "geschlecht", "genere", "geslacht",
        "płeć", "nem", "cinsiyet", "пол", "性別", "성별", "性别",
        "เพศ", "الجنس",
    ),
    "Country": (
        "country", "país", "pays", "land", "paese",
        "ประเทศ", "البلد",
    ),
    "Region": (
        "region", "região", "región", "région", "regione", "regio",
        "ภูมิภาค", "المنطقة",
    ),
    "Platform": (
        "platform", "publisher_platform", "plataforma", "plateforme", "plattform", "piattaforma",
        "แพลตฟอร์ม", "المنصة",
    ),
    "Placement": (
        "placement", "platform_position", "posicionamento", "ubicación", "emplacement",
        "platzierung", "posizionamento", "plaatsing",
        "ตำแหน่งโฆษณา", "موضع الإعلان",
    ),
    "Currency": (
        "currency", "account_currency", "moeda", "divisa", "devise", "währung", "valuta",
        "đơn vị tiền tệ",
    ),
    "Account name": (
        "account name", "account_name", "nome da conta", "nombre de la cuenta", "nom du compte",
        "kontoname", "nome dell['’]account", "accountnaam",
    ),
    "Account ID": ("account id", "account_id"),
    "Campaign ID": (
        "campaign id", "campaign_id", "identificação da campanha", "identificador de la campaña",
        "kampagnen-id", "campagne-id",
        "id kampanye",
        "id แคมเปญ", "รหัสแคมเปญ",
    ),
    "Ad set ID": (
        "ad set id", "adset_id", "identificação do conjunto de anúncios",
        "identificador del conjunto de anuncios", "anzeigengruppen-id", "advertentieset-id",
        "id ชุดโฆษณา", "รหัสชุดโฆษณา",
    ),
    "Ad ID": (
        "ad id", "ad_id", "identificação do anúncio", "identificador del anuncio", "anzeigen-id",
        "advertentie-id",
        "id โฆษณา", "รหัสโฆษณา",
    ),
    "Ad set budget": (
        "ad set budget", "orçamento do conjunto de anúncios",
        "presupuesto del conjunto de anuncios", "budget del gruppo di inserzioni",
        "budget advertentieset",
        "anggaran set iklan",
    ),
    "Ad set budget type": (
        "ad set budget type", "tipo de orçamento do conjunto de anúncios",
        "tipo de presupuesto del conjunto de anuncios",
        "tipo di budget del gruppo di inserzioni",
        "jenis anggaran set iklan",
    ),
    "Campaign budget": (
        "campaign budget", "orçamento da campanha", "presupuesto de la campaña",
        "ngân sách chiến dịch",
    ),
    "Campaign budget type": (
        "campaign budget type", "tipo de orçamento da campanha",
        "tipo de presupuesto de la campaña",
        "loại ngân sách chiến dịch",
    ),
}  # fmt: skip
#: What a report can be divided by beside age and gender; each divides the same money anew.
BREAKDOWNS = (
    "Country", "Region", "DMA region", "Comscore market", "Business locations", "Platform",
    "Placement", "Impression device", "Device platform", "Platform and device", "Product ID",
    "Audience segments", "Media type", "Frequency value", "Time of day (ad account time zone)",
    "Time of day (viewer's time zone)", "Body asset", "Title asset", "Description asset",
    "Image asset", "Video asset", "Link URL asset", "Call to action asset",
)  # fmt: skip
#: What a cell of a breakdown says where its row is of all, and what a total may be called.
ALL = (
    "All", "Alle", "Todos", "Todas", "Tous", "Toutes", "Tutti", "Tutte", "Wszystkie", "Összes",
    "Tümü", "Все", "すべて", "전체", "全部",
)  # fmt: skip
TOTALS = (
    "(grand )?totals?|totales?|totaal|gesamt|razem|suma|összesen|toplam|итого|รวมทั้งหมด"
    "|合計|합계|總計|总计"
)
#: Stretches of time that a report can be divided by, in a cell such as 2025-05-01 - 2025-05-31.
STRETCHES = ("Week", "Month")
API_BREAKDOWNS = {
    "dma": "DMA region",
    "place_page_id": "Business locations",
    "user_segment_key": "Audience segments",
    "hourly_stats_aggregated_by_advertiser_time_zone": "Time of day (ad account time zone)",
    "hourly_stats_aggregated_by_audience_time_zone|Time of day \\(viewer’s time zone\\)": (
        "Time of day (viewer's time zone)"
    ),
    **{
        f"(?i:{name.replace(' ', '[ _]')})": name
        for name in BREAKDOWNS
        if name not in NAMES and "(" not in name
    },
}
