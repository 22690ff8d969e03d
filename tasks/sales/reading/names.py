"""The names by which other programs call the columns of a sales table, whatever their case, blanks and underscores.

A name of a lower rank is taken only where no name of a higher rank is there: the promised names come first, and names
that may mean something else come last.
"""

from __future__ import annotations

import re

from schemas.forecasts import PRODUCT_CODE, UNITS
from schemas.sales import WEEK

_SEPARATORS = re.compile(r"[\s_.-]+")

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
    "absatzmenge quantite cantidad quantita volume pieces move",
    "value amount revenue turnover sales_amount count total umsatz",
)


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
