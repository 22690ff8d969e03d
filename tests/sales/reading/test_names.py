"""What the names of columns say, in the languages in which sales are exported."""

from __future__ import annotations

import pytest

from tasks.sales.reading.names import (
    PLACE_NAMES,
    PRODUCT_NAMES,
    UNITS_NAMES,
    YEAR_NAMES,
    counts_people,
    describes_week,
    find,
    is_no_quantity,
    is_order,
    is_quantity,
    is_turnover,
)


@pytest.mark.parametrize(
    "name",
    "Kundennummer loyalty_card age Alter edad Verkaufspreis prezzo preço prijs tarif remise sconto descuento IVA "
    "Breite longitud tavolo conto Baujahr stock Lagerbestand giacenza sales_target".split(),
)
def test_names_that_say_that_a_column_holds_no_quantities(name: str) -> None:
    assert is_no_quantity(name)
    assert not is_quantity(name)


@pytest.mark.parametrize(
    "name", "Bestellmenge,Verkaufte Stück,qté vendue,cantidad pedida,quantità,aantal,Qtde,Gesamtabsatz".split(",")
)
def test_names_of_quantities(name: str) -> None:
    assert is_quantity(name)


@pytest.mark.parametrize("name", ["sold_out", "unit price", "Absatzprognose ziel", "units id", "available units"])
def test_other_words_beside_that_of_a_quantity(name: str) -> None:
    assert not is_quantity(name)


@pytest.mark.parametrize("name", ["omzet", "Jahresumsatz", "fatturato", "Turnover EUR"])
def test_names_of_turnover(name: str) -> None:
    assert is_turnover(name)


@pytest.mark.parametrize(
    "name",
    "Anno Settimana Jaar Kwartaal Mês Année Température Pluie lluvia Umidità Neerslag Chuva tavg black_friday "
    "Schulferien Férié Promoción Festività Feestdag Feriado price_Apples Wochentag".split()
    + ["Vacances scolaires", "Max Temp C", "N° semaine"],
)
def test_names_of_columns_that_describe_a_week(name: str) -> None:
    assert describes_week(name)


@pytest.mark.parametrize("name", ["Rain Jacket", "Easter Egg", "Day Cream", "Holiday Punch", "Wind Chime", "Bon Bon"])
def test_a_product_may_be_called_by_such_a_word(name: str) -> None:
    assert not describes_week(name)


def test_visits_are_counted() -> None:
    assert counts_people("Visitors") and counts_people("number of customers") and not counts_people("Customer Care Kit")


@pytest.mark.parametrize(
    "name", "Bestellnummer,Rechnungsnr,ordine,N° commande,pedido,encomenda,factuurnummer".split(",")
)
def test_names_of_orders(name: str) -> None:
    assert is_order(name)


@pytest.mark.parametrize("name", ["Bestelldatum", "Bestellmenge", "order date", "order qty"])
def test_names_of_what_an_order_holds(name: str) -> None:
    assert not is_order(name)


@pytest.mark.parametrize(
    ("names", "field"),
    [
        (PRODUCT_NAMES, "prodotto"),
        (PRODUCT_NAMES, "artículo"),
        (PLACE_NAMES, "Negozio"),
        (PLACE_NAMES, "loja"),
        (YEAR_NAMES, "Année"),
        (YEAR_NAMES, "año"),
        (UNITS_NAMES, "Quantité"),
    ],
)
def test_names_that_are_known_with_their_accents(names: tuple[str, ...], field: str) -> None:
    assert find(names, (field,)) == [0]
