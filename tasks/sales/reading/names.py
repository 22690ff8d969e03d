"""The names by which other programs call the columns of a sales table, whatever their case, blanks and underscores.

A name of a lower rank is taken only where no name of a higher rank is there: the promised names come first, and names
that may mean something else come last.
"""

from __future__ import annotations

import re

from schemas.forecasts import PRODUCT_CODE, UNITS
from schemas.sales import WEEK

_SEPARATORS = re.compile(r"[\s_.-]+")
_WORD = re.compile(r"[A-ZÄÖÜ]?[a-zäöüßéèêàâçñíóúãõ]+|[A-ZÄÖÜ]+(?![a-zäöü])")

PRODUCT_NAMES = (
    f"{PRODUCT_CODE}",
    "product product_id product_no product_nbr product_number product_key sku sku_id sku_code sku_no sku_nbr "
    "variant_sku item item_id item_code item_no item_nbr item_number article article_id article_no article_number "
    "article_code unique_id stock_code part_number part_no material material_no material_number upc upc_code ean "
    "gtin barcode asin artikel artikelnr artikelnummer artikel_nr produit produkt producto codice_prodotto",
    "id code series series_id ts_id name product_name product_title item_name description key dept department",
)
PLACE_NAMES = (
    "store store_id store_code store_nbr store_no store_num store_number store_key shop shop_id branch branch_id "
    "location location_id outlet outlet_id warehouse warehouse_id site site_id plant filiale filial_nr magasin tienda",
)
WEEK_NAMES = (
    f"{WEEK}",
    "week_start week_starting week_beginning week_date week_begin week_commencing week_end week_ending week_of "
    "week_end_date week_start_date date ds day datum date_id invoice_date order_date sale_date sales_date "
    "purchase_date transaction_date posting_date datetime timestamp iso_week year_week calendar_week cal_week "
    "calendar_year_week week_no week_number week_num week_id kw kalenderwoche woche semaine semana fecha data",
    "period time",
)
YEAR_NAMES = ("year iso_year yr jahr annee ano fiscal_year calendar_year",)
WEEK_NUMBER_NAMES = (
    f"{WEEK} iso_week week_no week_number week_num calendar_week cal_week kw kalenderwoche woche semaine",
)
UNITS_NAMES = (
    f"{UNITS}",
    "units_sold unit_sales sales_units units_ordered qty qty_sold sales_qty quantity quantity_sold quantity_ordered "
    "quantity_purchased net_quantity sales_quantity sold sales weekly_sales sales_volume demand y menge absatz stueck "
    "absatzmenge quantite cantidad quantita volume pieces pcs stk move",
    "value amount revenue turnover sales_amount count total umsatz",
)
# Words that say in a name of several words, such as Qty Shipped, what the column holds.
QUANTITY_WORDS = frozenset(
    "qty quantity quantities units sold pieces pcs stk stück stueck menge mengen anzahl absatz demand volume quantite "
    "quantité cantidad unidades quantita kg kgs kilo kilos kilogram kilograms gramm grams litre litres liter liters "
    "ltr turnover revenue umsatz ventas ventes vendas".split()
)
PRODUCT_WORDS = frozenset(
    "product products produkt producto produit item items article artikel sku variant variante goods ware".split()
)
_ORDER_WORDS = frozenset(
    "order orders invoice receipt ticket transaction bill beleg bon auftrag rechnung facture factura pedido".split()
)
_CALENDAR_WORDS = frozenset(
    "kw cw wk kalenderwoche year years yr quarter qtr month months week weeks weekday weekdays weekend day days "
    "date hour hours minute time dow doy season jahr quartal monat woche wochentag wochenende tag stunde saison "
    "annee année trimestre mois semaine jour heure ano año mes semana dia día hora".split()
)
_WEATHER_WORDS = frozenset(
    "weather temperature temp rain rainfall precipitation snow snowfall wind humidity sunshine celsius fahrenheit "
    "pressure wetter temperatur regen niederschlag schnee luftfeuchtigkeit sonnenschein".split()
)
_FLAG_WORDS = frozenset(
    "is has flag holiday holidays vacation promo promotion promotions event events open closed school feiertag ferien "
    "aktion festivo feriado vacances lockdown".split()
)
_NAMING_WORDS = frozenset(
    "id ids no nr num number nummer key code index row account customer client user member cashier till register "
    "session serial phone zip plz postcode ean gtin upc barcode kunde kundennr konto kasse cliente".split()
)
_PRICE_WORDS = frozenset(
    "price prices cost costs rate rates discount tax vat margin percent pct percentage share ratio fee commission msrp "
    "rrp cpi unemployment profit rating score stars preis preise kosten rabatt mwst marge prix precio precios coste "
    "custo lat latitude lon lng long longitude".split()
)
_BESIDE_WORDS = frozenset(
    "a avg average mean max min mm cm c f of the in name number no num unit fuel public state national bank daily "
    "weekly this on".split()
)
_ENDS_OF_IDS = frozenset("id ids no nr num number nummer key code".split())


_OF_A_WEEK = _CALENDAR_WORDS | _WEATHER_WORDS | _FLAG_WORDS


def split_words(name: str) -> list[str]:
    """The words of a name in lower case: OrderID, order_id and Order ID are order and id."""
    return [word.lower() for word in _WORD.findall(name)]


def is_quantity(name: str) -> bool:
    """Whether one of the words says that a column holds quantities, and no other word says something else."""
    words = split_words(name)
    known = QUANTITY_WORDS.intersection(words)
    return bool(known) and not _PRICE_WORDS.intersection(words) and words[-1] not in _ENDS_OF_IDS


def describes_week(name: str) -> bool:
    """Whether a column beside products describes a week: its place in the year, weather, a flag such as holiday.

    All of its words have to say so: a rain jacket is a product.
    """
    words = set(split_words(name)) - _BESIDE_WORDS
    return bool(words) and words <= _OF_A_WEEK | _PRICE_WORDS


def is_no_quantity(name: str) -> bool:
    """Whether a word of a name says that a column holds anything but quantities: numbers of receipts, prices, years."""
    return bool((_OF_A_WEEK | _PRICE_WORDS | _NAMING_WORDS | _ORDER_WORDS).intersection(split_words(name)))


def is_order(name: str) -> bool:
    """Whether a column tells orders apart, as Order ID and receipt do; an order date does not."""
    words = set(split_words(name))
    return bool(words & _ORDER_WORDS) and not words & (_OF_A_WEEK | QUANTITY_WORDS | _PRICE_WORDS)


def normalise(name: str) -> str:
    """A column's name without what its writer was free to choose: case, blanks, underscores, points and hyphens."""
    return _SEPARATORS.sub("", name).lower()


def find(names: tuple[str, ...], fields: tuple[str, ...]) -> list[int]:
    """Positions of the fields that have one of the names, of the highest rank that any of them has."""
    for rank in names:
        known = {normalise(name) for name in rank.split()}
        if found := [place for place, field in enumerate(fields) if normalise(field) in known]:
            return found
    return []


def find_all(names: tuple[str, ...], fields: tuple[str, ...]) -> list[int]:
    """Positions of the fields that have one of the names, of any rank."""
    return find((" ".join(names),), fields)
