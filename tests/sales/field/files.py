"""Files as tills, shops and spreadsheets write them: what each holds, and what it sold in whole weeks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

FIRST = date(2023, 1, 2)
WEEKS, DAYS = 40, 280
GOODS = ("Soup", "Bread", "Rain Jacket", "Salad")
DRAW = np.random.default_rng(11)
SOLD = DRAW.poisson(12, (WEEKS, len(GOODS))) + 1


@dataclass(frozen=True)
class File:
    """A file, and what is right.

    units: that are sold; settings: to be pasted after the refusal, of which `refused` is a part; warned: a part of a
    warning; products: number of them.
    """

    text: str
    units: float
    settings: tuple[str, ...] = ()
    refused: str = ""
    warned: str = ""
    products: int = len(GOODS)


def write(header: str, rows: Iterable[Sequence[object]], sign: str = ",") -> str:
    """The text of a table."""
    return "\n".join([header, *(sign.join(map(str, row)) for row in rows)]) + "\n"


def day(number: int) -> date:
    """A day, counted from the first Monday."""
    return FIRST + timedelta(days=number)


def weekly() -> list[tuple[date, str, int]]:
    """Week, product and units, one row each."""
    return [(day(7 * week), name, int(SOLD[week, place])) for week in range(WEEKS) for place, name in enumerate(GOODS)]


def bought() -> list[tuple[date, str]]:
    """Day and product of single items, some of each on every day."""
    return [(day(number), GOODS[(number + place) % 4]) for number in range(DAYS) for place in range(4)]


def lines() -> list[tuple[int, date, str, int]]:
    """Lines of orders: number, day, product and quantity; in the week 20 nobody ordered anything."""
    days = [number for number in range(DAYS) if number // 7 != 20]
    return [(4000 + number // 2, day(number), GOODS[number % 4], 1 + number % 3) for number in days]


def _some_days() -> list[tuple[date, str, int]]:
    """Day, product and a few units."""
    return [(when, name, 1 + (n * n + n // 7) % 5 % 4) for n, (when, name) in enumerate(bought())]


ITEMS = len(bought())
UNITS = float(SOLD.sum())
ORDERED = float(sum(row[3] for row in lines()))
_NONE = "no column of quantities"
_ANY = list(range(10_000, 90_000, 7))
_STATES = ["shipped", "delivered", "shipped", "storniert", "delivered"]


def _beside(names: str, cells: Iterable[Sequence[object]], dates: str = "date") -> str:
    """One row a week, one column a product, and other columns beside them."""
    rows = [(day(7 * week), *SOLD[week].tolist(), *more) for week, more in enumerate(cells)]
    return write(f"{dates},{','.join(GOODS)},{names}", rows)


def _with_state(name: str, word: str, other: str) -> str:
    """Lines of orders, of which every fifth is in the state of that word."""
    return write(
        f"order_no,date,item,qty,{name}", [(*row, word if n % 5 == 3 else other) for n, row in enumerate(lines())]
    )


FILES: dict[str, File] = {
    "a till's slips, rising": File(
        write("Bonnummer;Datum;Artikel", [(700 + n // 3, *row) for n, row in enumerate(bought())], ";"),
        ITEMS,
        ("rows=items",),
        _NONE,
    ),
    "accounts at random": File(
        write("date,account,item", [(when, DRAW.choice(_ANY), name) for when, name in bought()]),
        ITEMS,
        ("rows=items",),
        _NONE,
    ),
    "numbers of one length that nobody explains": File(
        write("date,item,ref", [(when, name, 100_000 + 37 * (n % 50)) for n, (when, name) in enumerate(bought())]),
        ITEMS,
        ("rows=items",),
        _NONE,
    ),
    "places on a map": File(
        write("date,item,latitude,longitude", [(*row, 48.1 + n % 9, 11.5) for n, row in enumerate(bought())]),
        ITEMS,
        ("rows=items",),
        _NONE,
    ),
    "list prices and discounts": File(
        write("date,article,list_price,discount", [(*row, 2 + n % 5, 10 * (n % 3)) for n, row in enumerate(bought())]),
        ITEMS,
        ("rows=items",),
        _NONE,
    ),
    "years of models": File(
        write("date,item,model", [(*row, 2015 + n % 8) for n, row in enumerate(bought())]),
        ITEMS,
        ("rows=items",),
        _NONE,
    ),
    "bar codes of single items": File(
        write(
            "date,store,ean",
            [(when, n % 2 + 1, 4_006_381_000_000 + GOODS.index(name)) for n, (when, name) in enumerate(bought())],
        ),
        ITEMS,
        ("rows=items",),
        _NONE,
    ),
    "a quantity that nobody calls so": File(write("date,item,ausgang", weekly()), UNITS),
    "kilograms by their name": File(
        write("date,item,net_kg", [(when, name, units + 0.5) for when, name, units in weekly()]),
        UNITS + 0.5 * len(weekly()),
    ),
    "a region with two measures": File(
        write("date,region,carts,clicks", [(*row, row[2] * 9) for row in weekly()]),
        UNITS,
        ("units=carts",),
        "units=carts",
    ),
    "German columns of the calendar and of weather": File(
        _beside(
            "Jahr,Monat,Woche,Wochentag,Temperatur,Feiertag",
            [(2023, 1 + week // 4, week + 1, "Montag", week % 20 - 5, week % 2) for week in range(WEEKS)],
            "Datum",
        ),
        UNITS,
        warned="'Temperatur'",
    ),
    "prices and promotions of the week": File(
        _beside("Fuel_Price,Promotion,CPI", [(3.5 + week / 100, week % 2, 211.1) for week in range(WEEKS)]),
        UNITS,
        warned="'Fuel_Price'",
    ),
    "one series in German": File(
        write("Woche ab;Absatz", [(f"{day(7 * week):%d.%m.%Y}", SOLD[week].sum()) for week in range(WEEKS)], ";"),
        UNITS,
        products=1,
    ),
    "one series beside the weather": File(
        write("ds,y,rainfall", [(day(7 * week), SOLD[week].sum(), week % 7) for week in range(WEEKS)]),
        UNITS,
        products=1,
        warned="'rainfall'",
    ),
    "a title above, padded with separators": File(
        "Sales of the south;;\nfrom;2023;\n;;\n" + write("sku;date;qty", [(b, a, c) for a, b, c in weekly()], ";"),
        UNITS,
        warned="line 4",
    ),
    "pieces behind every number": File(
        write("date,item,qty", [(when, name, f"{units} Stk.") for when, name, units in weekly()]),
        UNITS,
        warned="'stk.'",
    ),
    "orders with a state": File(
        write("order_no,date,item,qty,state", [(*row, _STATES[n % 5]) for n, row in enumerate(lines())]),
        float(sum(row[3] for n, row in enumerate(lines()) if n % 5 != 3)),
        ("where=state!=storniert", "rows=transactions"),
        "where=state!=storniert",
    ),
    "orders with a flag": File(
        write("order_no,date,item,qty,Is Refunded", [(*row, n % 7 == 3) for n, row in enumerate(lines())]),
        float(sum(row[3] for n, row in enumerate(lines()) if n % 7 != 3)),
        ("where='Is Refunded'!=True", "rows=transactions"),
        "where='Is Refunded'!=True",
    ),
    "orders, and a week without any": File(
        write("order_no,date,item,qty", lines()), ORDERED, ("rows=transactions",), "rows=transactions"
    ),
    "a branch and two columns of texts": File(
        write(
            "Filiale,Sorte,Zahlart,Datum,Menge",
            [
                (f"F{n % 2}", name, ("bar", "Karte")[n // 2 % 2], when, q)
                for n, (_, when, name, q) in enumerate(lines())
            ],
        ),
        ORDERED,
        ("product=Sorte", "rows=transactions"),
        "product=Sorte",
    ),
    "Italian columns of the calendar and of weather": File(
        _beside(
            "Anno,Mese,Settimana,Umidità,Festività",
            [(2023, 1 + week // 4, week + 1, 40 + week % 9, week % 2) for week in range(WEEKS)],
            "Data",
        ),
        UNITS,
        warned="'Umidità'",
    ),
    "flags, visits and a store that nobody explains": File(
        _beside(
            "clearance,Visitors,outlet7,row",
            [(week % 3 // 2, 300 + week % 7, 7, week + 3) for week in range(WEEKS)],
        ),
        UNITS,
        warned="'clearance', 'Visitors', 'outlet7', 'row'",
    ),
    "products beside their prices": File(
        _beside("price_Soup,Bread price", [(2.5, 3 + week % 2) for week in range(WEEKS)]),
        UNITS,
        warned="'price_Soup'",
    ),
    "a year and a week, and one column a product": File(
        write(f"Jahr;KW;{';'.join(GOODS)}", [(2023, week + 1, *SOLD[week]) for week in range(WEEKS)], ";"), UNITS
    ),
    "dates under a name that nobody knows": File(
        write(f"Woche ab;KW;{';'.join(GOODS)}", [(day(7 * w), w + 1, *SOLD[w]) for w in range(WEEKS)], ";"),
        UNITS,
        warned="'KW'",
    ),
    "pieces behind every number of a column a product": File(
        write(f"date,{','.join(GOODS)}", [(day(7 * w), *(f"{units} pcs" for units in SOLD[w])) for w in range(WEEKS)]),
        UNITS,
        warned="'pcs'",
    ),
    "pieces behind every number of a column a week": File(
        write(
            "sku," + ",".join(str(day(7 * week)) for week in range(WEEKS)),
            [(name, *(f"{units} Stk" for units in SOLD[:, place])) for place, name in enumerate(GOODS)],
        ),
        UNITS,
        warned="'stk'",
    ),
    "one series with fractions": File(
        write("date,sales", [(day(7 * week), SOLD[week].sum() + 0.5) for week in range(WEEKS)]),
        UNITS + 0.5 * WEEKS,
        products=1,
    ),
    "one series beside other measures": File(
        write("date,units,baskets,returned", [(day(7 * w), SOLD[w].sum(), SOLD[w, 0], w % 5) for w in range(WEEKS)]),
        UNITS,
        ("units=units",),
        "units=units",
    ),
    "a number that nobody explains, on some days": File(
        write("date,item,lot", [(when, name, 20 + n * 7 % 60) for n, (when, name) in enumerate(bought()) if n % 3]),
        float(sum(n % 3 > 0 for n in range(ITEMS))),
        ("rows=items",),
        "units=lot",
    ),
    "a number of each product": File(
        write("date,item,cena", [(when, name, 3 + GOODS.index(name)) for when, name in bought()]),
        ITEMS,
        ("rows=items",),
        _NONE,
    ),
    "places called x and y": File(
        write("date,item,x,y", [(*row, 40 + n % 9, n % 7) for n, row in enumerate(bought())]),
        ITEMS,
        ("rows=items",),
        _NONE,
    ),
    "fractions that nobody calls a quantity": File(
        write("date,item,m2", [(when, name, units + 0.5) for when, name, units in weekly()]),
        UNITS + 0.5 * len(weekly()),
        ("units=m2",),
        _NONE,
    ),
    "single items in Spanish": File(
        write("fecha;artículo;edad;tarjeta", [(*row, 20 + n % 50, n % 90) for n, row in enumerate(bought())], ";"),
        ITEMS,
        ("rows=items",),
        _NONE,
    ),
    **{
        f"orders, some of them {word}": File(
            write(
                f"order_no,date,item,qty,{name}",
                [(*row, word if n % 5 == 3 else other) for n, row in enumerate(lines())],
            ),
            float(sum(row[3] for n, row in enumerate(lines()) if n % 5 != 3)),
            (f"where={condition}", "rows=transactions"),
            f"where={condition}",
        )
        for name, word, other, condition in (
            ("Stato", "Annullato", "spedito", "Stato!=Annullato"),
            ("Status", "Zurückgesendet", "versandt", "Status!=Zurückgesendet"),
            ("estado", "devuelto", "enviado", "estado!=devuelto"),
            ("status", "geretourneerd", "verzonden", "status!=geretourneerd"),
            ("statut", "remboursée", "livrée", "statut!=remboursée"),
            ("situação", "devolvida", "entregue", "situação!=devolvida"),
            ("type", "RETURN", "SALE", "type!=RETURN"),
            ("is_test", "1", "0", "is_test!=1"),
            ("Cancelled at", "2023-05-01", "", "'Cancelled at'=''"),
        )
    },
    "orders in Italian, and a week without any": File(
        write("ordine;data;prodotto;quantità", lines(), ";"), ORDERED, ("rows=transactions",), "rows=transactions"
    ),
    "units that came back beside those that were sold": File(
        write("date,item,qty,returned", [(*row, n % 4) for n, row in enumerate(weekly())]), UNITS, warned="'returned'"
    ),
    "totals of kinds of goods under other names": File(
        write(
            "date,item,qty",
            [
                *weekly(),
                *((day(7 * week), "Cold", int(SOLD[week, 2:].sum())) for week in range(WEEKS)),
                *((day(7 * week), "Warm", int(SOLD[week, :2].sum())) for week in range(WEEKS)),
            ],
        ),
        UNITS,
        ("total_rows=drop",),
        "'Cold', 'Warm'",
    ),
    "a sum of each product on the last day": File(
        write(
            "date,item,qty",
            [*weekly(), *((day(7 * WEEKS - 7), f"{name} Total", SOLD[:, n].sum()) for n, name in enumerate(GOODS))],
        ),
        UNITS,
        ("total_rows=drop",),
        "'Soup Total'",
    ),
    "what each product sold in four weeks, under any name": File(
        write(
            "date,item,qty",
            [
                *weekly(),
                *(
                    (day(7 * week), f"4 x {name}", SOLD[week - 3 : week + 1, n].sum())
                    for week in range(3, WEEKS, 4)
                    for n, name in enumerate(GOODS)
                ),
            ],
        ),
        UNITS,
        ("gaps=zero", "total_rows=drop"),
        "total_rows=drop",
    ),
    "bottles on some days": File(
        write("date,item,demijohns", [row for n, row in enumerate(_some_days()) if n % 3]),
        float(sum(row[2] for n, row in enumerate(_some_days()) if n % 3)),
    ),
    "a total as the last row of one column a product": File(
        write(
            f"date,{','.join(GOODS)}", [*((day(7 * w), *SOLD[w]) for w in range(WEEKS)), ("Total", *SOLD.sum(axis=0))]
        ),
        UNITS,
        ("where=date!=Total",),
        "where=date!=Total",
    ),
    "a mean and a temperature that nobody explains": File(
        _beside("ma4,tt", [(round(40 + SOLD[week].mean(), 2), week % 20 - 9) for week in range(WEEKS)]),
        UNITS,
        warned="'ma4', 'tt'",
    ),
    "first and last days of weeks": File(
        write(f"week_start,week_end,{','.join(GOODS)}", [(day(7 * w), day(7 * w + 6), *SOLD[w]) for w in range(WEEKS)]),
        UNITS,
        warned="'week_end'",
    ),
    "one series beside empty columns": File(
        write("Date,Sales,,", [(day(7 * week), SOLD[week].sum(), "", "") for week in range(WEEKS)]), UNITS, products=1
    ),
    "one series of fractions that nobody calls sales": File(
        write("date,widgets", [(day(7 * week), SOLD[week].sum() + 0.5) for week in range(WEEKS)]),
        UNITS + 0.5 * WEEKS,
        ("units=widgets",),
        "units=widgets",
        products=1,
    ),
    "orders of one product": File(
        write("order_id,date,qty", [(n, day(n // 2), 1 + n % 4) for n in range(2 * DAYS)]),
        float(sum(1 + n % 4 for n in range(2 * DAYS))),
        ("rows=transactions",),
        "rows=transactions",
        products=1,
    ),
    "numbers of rows, a store and a family of goods": File(
        write(
            "id,date,store_nbr,family,sales",
            [(2 * n + store, *row[:1], store + 1, *row[1:]) for n, row in enumerate(weekly()) for store in (0, 1)],
        ),
        2 * UNITS,
        ("product=family,store_nbr",),
        "product=family,store_nbr",
    ),
    "a blank that does not break before the pieces": File(
        write("date;item;qty", [(when, name, f"{units}\u00a0pcs") for when, name, units in weekly()], ";"),
        UNITS,
        warned="'pcs'",
    ),
    "a line, a size and a flavour": File(
        write(
            "line,size,flavour,date,qty",
            [
                (name, size, taste, when, n)
                for when, name, n in weekly()
                for size, taste in (("L", "x"), ("S", "y"), ("S", "x"))
            ],
        ),
        3 * UNITS,
        ("product=line,size,flavour",),
        "product=line,size,flavour",
    ),
    "a sum since the year began": File(
        write(
            "date,article,qty",
            [*weekly(), *((day(7 * w), "Jahr kumuliert", SOLD[: w + 1].sum()) for w in range(WEEKS))],
        ),
        UNITS,
        ("total_rows=drop",),
        "'Jahr kumuliert'",
    ),
    "an average of each week": File(
        write("date,item,sold", [*weekly(), *((day(7 * w), "Average", SOLD[w].mean()) for w in range(WEEKS))]),
        UNITS,
        ("total_rows=drop",),
        "'Average'",
    ),
    "a total of each category": File(
        write(
            "date,category,item,sold",
            [
                row
                for w in range(WEEKS)
                for place, half in enumerate("XY")
                for row in (
                    *((day(7 * w), half, GOODS[n], SOLD[w, n]) for n in (2 * place, 2 * place + 1)),
                    (day(7 * w), half, "Subtotal", SOLD[w, 2 * place : 2 * place + 2].sum()),
                )
            ],
        ),
        UNITS,
        ("where=item!=Subtotal",),
        "where=item!=Subtotal",
    ),
    "orders that somebody can't deliver": File(
        write(
            "order,date,item,qty,state",
            [(*row, "can't be delivered: cancelled" if n % 9 == 4 else "sent") for n, row in enumerate(lines())],
        ),
        float(sum(row[3] for n, row in enumerate(lines()) if n % 9 != 4)),
        ('where=state!="can\'t be delivered: cancelled"', "rows=transactions"),
        "can't be delivered",
    ),
}
