"""Words of columns' names in seven languages, by what they say that a column holds; without accents, in lower case."""

from __future__ import annotations


def _words(*languages: str) -> frozenset[str]:
    return frozenset(" ".join(languages).split())


# Words that say in a name of several words, such as Qty Shipped, what the column holds.
QUANTITY = _words(
    "qty quantity quantities units sold pieces pcs demand volume kg kgs kilo kilos kilogram kilograms grams litre "
    "boxes cases cartons packs bottles cans crates pallets dozens shipped movement consumption sell selling "
    "litres liter liters ltr",
    "stk stuck stueck menge mengen anzahl absatz abverkauf verkauft verkaufte verkaufe gramm kisten kartons "
    "flaschen verbrauch",
    "quantite qte vendu vendus vendue vendues sorties consommation bouteilles caisses",
    "cantidad cant unidades uds vendido vendidos vendida vendidas litros cajas botellas salidas consumo",
    "quantita qta pezzi venduto venduti vendute litri scatole bottiglie uscite colli",
    "aantal hoeveelheid stuks verkocht verkochte afzet dozen flessen verbruik",
    "quantidade qtd qtde caixas garrafas saidas",
)
MONEY = _words(
    "turnover revenue umsatz ventes ventas vendite vendas verkoop verkopen omzet fatturato facturacion faturamento"
)
WEIGHT = _words("weight gewicht poids peso tons tonnes tonnen toneladas tonnellate ton")
NOT_SOLD = _words(
    "stock stocks inventory available forecast target budget plan planned goal lost returns",
    "lager bestand lagerbestand bestande prognose ziel soll",
    "existencias inventario pronostico objetivo scorte giacenza giacenze previsione obiettivo",
    "voorraad prognose doel estoque previsao meta prevision objectif",
)
PRODUCT = _words(
    "product products item items article sku variant goods ware produkt artikel variante produit producto articulo "
    "prodotto articolo produto artigo"
)
ORDER = _words(
    "order orders invoice receipt ticket transaction bill",
    "beleg bon auftrag bestellung rechnung quittung kassenbon",
    "facture commande pedido factura recibo boleta",
    "ordine ordini fattura scontrino ricevuta",
    "bestelling factuur kassabon encomenda fatura",
)
CALENDAR = _words(
    "kw cw wk year years yr quarter qtr month months week weeks weekday weekdays weekend day days date hour hours "
    "minute time dow doy season",
    "kalenderwoche jahr quartal monat woche wochentag wochenende tag stunde saison jahreszeit",
    "annee trimestre mois semaine jour heure",
    "ano mes semana dia hora fecha estacion",
    "anno mese settimana giorno ora stagione",
    "jaar kwartaal maand weeknummer weeknr dag uur seizoen",
    "estacao",
)
WEATHER = _words(
    "weather temperature temp tavg tmin tmax rain rainfall precipitation prcp snow snowfall wind wspd humidity "
    "sunshine celsius fahrenheit pressure",
    "wetter temperatur regen niederschlag schnee luftfeuchtigkeit feuchtigkeit sonnenschein sonne",
    "meteo pluie neige vent humidite temperatura lluvia nieve viento humedad precipitacion",
    "pioggia neve vento umidita temperatuur neerslag sneeuw chuva umidade precipitacao",
)
FLAG = _words(
    "is has flag holiday holidays vacation promo promotion promotions onpromotion event events open closed school "
    "lockdown christmas xmas easter thanksgiving black friday cyber",
    "feiertag ferien schulferien aktion aktionen werbung weihnachten ostern",
    "ferie feries vacances scolaires noel paques festivo festivos feriado feriados vacaciones promocion navidad",
    "festa festivita vacanza vacanze promozione promozioni natale pasqua",
    "feestdag feestdagen vakantie actie kerst promocao natal pascoa",
)
NAMING = _words(
    "id ids no nr num number nummer numero key code index row account customer client user member membership loyalty "
    "card cashier till register table session serial phone zip postcode ean gtin upc barcode age",
    "plz kunde kunden kundennr konto karte kasse kassierer tisch alter",
    "caisse client carte compte table cliente cuenta tarjeta caja mesa edad",
    "conto tessera cassa tavolo eta klant rekening kaart kassa tafel leeftijd conta cartao caixa idade",
)
PRICE = _words(
    "price prices cost costs rate rates discount tax vat margin percent pct percentage share ratio fee commission msrp "
    "rrp cpi unemployment profit rating score stars lat latitude lon lng long longitude altitude height width",
    "preis preise kosten rabatt mwst ust marge kurs breite lange hohe breitengrad langengrad",
    "prix tarif tarifs cout remise tva taux",
    "precio precios coste costo descuento iva tasa latitud longitud",
    "prezzo prezzi sconto tasso aliquota latitudine longitudine",
    "prijs prijzen korting btw breedtegraad lengtegraad",
    "preco precos custo desconto taxa",
)
SURELY_PRICE = _words(
    "price prices preis preise prix precio precios prezzo prezzi prijs prijzen preco precos discount rabatt"
)
PEOPLE = _words(
    "visitors visits footfall traffic customers transactions besucher kunden kundenzahl visiteurs clients visitantes "
    "clientes visitatori clienti bezoekers klanten"
)
BESIDE = _words(
    "a avg average mean max min mm cm c f of the in name number no num n nr numero unit fuel public state national "
    "bank daily weekly this on der des de la le du del della van da do media moyenne"
)
END = _words("end ending ends to ende bis fin fine einde fim hasta ate")
ENDS_OF_IDS = _words("id ids no nr num number nummer key code")

# Germanic languages write several words as one: Kundennummer, Verkaufspreis, Baujahr.
NAMING_ENDS = ("nummer", "nummern", "nr")
PRICE_ENDS = ("preis", "preise", "prijs", "kosten", "rabatt", "korting")
CALENDAR_ENDS = ("jahr", "monat", "woche", "datum")
WEATHER_ENDS = ("temperatur", "temperatuur")
QUANTITY_ENDS = ("menge", "mengen", "absatz", "stuck", "stueck")
MONEY_ENDS = ("umsatz", "omzet")
