"""The names by which other programs call the columns of a sales table, whatever their case, blanks and underscores.

A name of a lower rank is taken only where no name of a higher rank is there: the promised names come first, and names
that may mean something else come last.
"""

from __future__ import annotations

import re
import unicodedata

from schemas.forecasts import PRODUCT_CODE, UNITS
from schemas.sales import WEEK
from tasks.sales.reading import vocabulary

_SEPARATORS = re.compile(r"[\s_.°-]+")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_OF_A_WEEK = vocabulary.CALENDAR | vocabulary.WEATHER | vocabulary.FLAG
_ORDER_BEGINS = ("bestell", "auftrag", "rechnung", "beleg", "bon", "order", "factuur", "kassenbon")

PRODUCT_NAMES = (
    f"{PRODUCT_CODE}",
    "product product_id product_no product_nbr product_number product_key sku sku_id sku_code sku_no sku_nbr "
    "variant_sku item item_id item_code item_no item_nbr item_number article article_id article_no article_number "
    "article_code unique_id stock_code part_number part_no material material_no material_number upc upc_code ean "
    "gtin barcode asin artikel artikelnr artikelnummer artikel_nr produit produkt producto prodotto produto articulo "
    "articolo artigo codigo_producto codigo_articulo codice_prodotto codice_articolo codigo_produto",
    "id code series series_id ts_id name product_name product_title item_name description key dept department",
)
PLACE_NAMES = (
    "store store_id store_code store_nbr store_no store_num store_number store_key shop shop_id branch branch_id "
    "location location_id outlet outlet_id warehouse warehouse_id site site_id plant filiale filial_nr magasin "
    "boutique tienda sucursal negozio punto_vendita winkel filiaal vestiging loja filial",
)
WEEK_NAMES = (
    f"{WEEK}",
    "week_start week_starting week_beginning week_date week_begin week_commencing week_end week_ending week_of "
    "week_end_date week_start_date date ds day datum date_id invoice_date order_date sale_date sales_date "
    "purchase_date transaction_date posting_date datetime timestamp iso_week year_week calendar_week cal_week "
    "calendar_year_week week_no week_number week_num week_id kw kalenderwoche woche semaine semana settimana "
    "weeknummer weeknr fecha data",
    "period time tag jour dia giorno dag ts unix epoch",
)
YEAR_NAMES = ("year iso_year yr jahr annee ano anno jaar fiscal_year calendar_year",)
WEEK_NUMBER_NAMES = (
    f"{WEEK} iso_week week_no week_number week_num calendar_week cal_week kw kalenderwoche woche semaine semana "
    "settimana weeknummer weeknr numero_semaine n_semaine",
)
UNITS_NAMES = (
    f"{UNITS}",
    "units_sold unit_sales sales_units units_ordered qty qty_sold sales_qty quantity quantity_sold quantity_ordered "
    "quantity_purchased net_quantity sales_quantity sold sales weekly_sales sales_volume demand y menge absatz stueck "
    "stuck absatzmenge quantite qte cantidad unidades quantita qta pezzi aantal hoeveelheid stuks quantidade qtd "
    "volume pieces pcs stk move",
    "value amount revenue turnover sales_amount count total umsatz omzet fatturato importe montant",
)


def split_words(name: str) -> list[str]:
    """The words of a name in lower case, without accents: OrderID, order_id and Order ID are order and id."""
    return [word.lower() for word in _WORD.findall(fold(name))]


def has_word(name: str, known: frozenset[str], ends: tuple[str, ...] = ()) -> bool:
    """Whether one of the words of a name is known, or has one of the ends."""
    return _any(split_words(name), known, ends)


def _any(words: list[str], known: frozenset[str], ends: tuple[str, ...] = ()) -> bool:
    return any(_says(word, known, ends) for word in words)


def _says(word: str, known: frozenset[str], ends: tuple[str, ...]) -> bool:
    return word in known or bool(ends) and word.endswith(ends)


def is_quantity(name: str) -> bool:
    """Whether one of the words says that a column holds quantities, and no other word says something else."""
    return _any(split_words(name), vocabulary.QUANTITY, vocabulary.QUANTITY_ENDS) and not _is_other(name)


def is_turnover(name: str) -> bool:
    """Whether one of the words says that a column holds money of sales, and no other word says something else."""
    return _any(split_words(name), vocabulary.MONEY, vocabulary.MONEY_ENDS) and not _is_other(name)


def is_weight(name: str) -> bool:
    """Whether one of the words says that a column holds weights, which may be those that were sold."""
    return has_word(name, vocabulary.WEIGHT) and not _is_other(name)


def _is_other(name: str) -> bool:
    """Whether a word beside that of a quantity says that it is no quantity sold."""
    words = split_words(name)
    prices = _any(words, vocabulary.PRICE, vocabulary.PRICE_ENDS) or {"sold", "out"} <= set(words)
    return prices or _any(words, vocabulary.NOT_SOLD) or words[-1] in vocabulary.ENDS_OF_IDS


def describes_week(name: str) -> bool:
    """Whether a column beside products describes a week: its place in the year, weather, a flag such as holiday.

    All of its words have to say so: a rain jacket is a product. A price is none, whatever else its name says.
    """
    words = [word for word in split_words(name) if word not in vocabulary.BESIDE]
    ends = vocabulary.CALENDAR_ENDS + vocabulary.WEATHER_ENDS + vocabulary.PRICE_ENDS
    return bool(words) and (
        all(_says(word, _OF_A_WEEK | vocabulary.PRICE, ends) for word in words)
        or _any(words, vocabulary.SURELY_PRICE, vocabulary.PRICE_ENDS)
    )


def counts_people(name: str) -> bool:
    """Whether a column counts visits, not what was sold: all of its words say so."""
    words = [word for word in split_words(name) if word not in vocabulary.BESIDE]
    return bool(words) and all(word in vocabulary.PEOPLE for word in words)


def is_no_quantity(name: str) -> bool:
    """Whether a word of a name says that a column holds anything but quantities: numbers of receipts, prices, years."""
    known = _OF_A_WEEK | vocabulary.PRICE | vocabulary.NAMING | vocabulary.ORDER | vocabulary.NOT_SOLD
    return has_word(name, known, vocabulary.NAMING_ENDS + vocabulary.PRICE_ENDS + vocabulary.CALENDAR_ENDS)


def is_order(name: str) -> bool:
    """Whether a column tells orders apart, as Order ID and receipt do; an order date does not."""
    words = split_words(name)
    # Of a word such as Bestellnummer the beginning says it.
    orders = any(word.startswith(_ORDER_BEGINS) and word.endswith(vocabulary.NAMING_ENDS) for word in words)
    others = _OF_A_WEEK | vocabulary.QUANTITY | vocabulary.PRICE
    ends = vocabulary.CALENDAR_ENDS + vocabulary.QUANTITY_ENDS + vocabulary.PRICE_ENDS
    return (orders or _any(words, vocabulary.ORDER)) and not _any(words, others, ends)


def names_end(name: str) -> bool:
    """Whether a name says that a column holds the last days of weeks."""
    return has_word(name, vocabulary.END)


def normalise(name: str) -> str:
    """A column's name without what its writer was free to choose: case, accents, blanks, underscores, hyphens."""
    return _SEPARATORS.sub("", fold(name)).lower()


def fold(name: str) -> str:
    """A name without accents."""
    if name.isascii():
        return name
    decomposed = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


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
