-- Queries of a store's tables, for DuckDB, which runs in the folder of the store: `cd STORE && duckdb < …/docs/queries.sql`.
-- docs/tables.md says what each table and column means. Sales without dates have null dates: use the weeks' numbers.

-- How much do all products together sell in each of the next weeks, and within which interval in 8 of 10 weeks?
select target_date_from as week, units_mean as expected, units_p10 as low, units_p90 as high
from 'forecasts/groups.parquet'
where group_by = 'total' and horizon_from = horizon_to
order by horizon_from;

-- How much does each value of a carried column or a key part sell in all of the next weeks together?
select group_by, "group", units_mean as expected, units_p10 as low, units_p90 as high, products
from 'forecasts/groups.parquet'
where group_by not in ('total', 'product_code') and horizon_from < horizon_to
order by group_by, expected desc;

-- How good were the published forecasts of one week ahead, beside the best simple method of each week?
select
    as_of_week,
    max(mae) filter (where method = 'published') as published,
    min(mae) filter (where method not in ('published', 'final')) as best_simple,
    arg_min(method, mae) filter (where method not in ('published', 'final')) as which,
    max(coverage_80) filter (where method = 'published') as coverage_80
from 'ledger/scores.parquet'
where horizon = 1
group by as_of_week
order by as_of_week;

-- Of which products did the forecast of a week change most since the week before, and why?
select product_code, target_week, units_before, units, units - units_before as change, by_new_data, by_restated_data, by_new_model
from 'ledger/revisions.parquet'
order by abs(units - units_before) desc, product_code, target_week
limit 10;

-- Which products are forecast worst, by the units that the errors come to, and would a simple method do better?
select product_code, vintages, mae, bias, wape, coverage_80, best_simple, mae_best_simple
from 'ledger/accuracy_by_product.parquet'
where horizon = 1
order by mae desc, product_code
limit 10;

-- Which products are new: sold for the first time in the last four weeks?
select product_code, min(week) as first_week, min(week_date) as first_date, sum(units) as sold
from 'sales/*.parquet'
group by product_code
having min(week) > (select max(week) - 4 from 'sales/*.parquet')
order by product_code;

-- What was sold in the last eight weeks, and what is expected of the next ones, one row a product and week?
select product_code, week, week_date, units as sold, null as expected, null as low, null as high
from 'sales/*.parquet'
where week > (select max(week) - 8 from 'sales/*.parquet')
union all
select product_code, target_week, target_date, null, units_mean, units_p10, units_p90
from 'forecasts/latest.parquet'
order by product_code, week;

-- What was forecast a week ahead, and what was sold then, all products together?
select target_week, target_date, sum(units_mean) as expected, sum(actual) as sold, sum(units_mean) / sum(actual) - 1 as miss
from 'ledger/forecasts/*.parquet'
where horizon = 1 and actual is not null and not masked
group by target_week, target_date
order by target_week;

-- A star schema: a calendar, one row a week ...
create or replace view calendar as
select week, any_value(week_date) as week_date, year(any_value(week_date)) as year, quarter(any_value(week_date)) as quarter,
    month(any_value(week_date)) as month, week(any_value(week_date)) as iso_week
from (
    select week, week_date from 'sales/*.parquet'
    union all
    select target_week, target_date from 'forecasts/latest.parquet'
)
group by week;

-- ... the products, one row each, with what the forecast says of them ...
create or replace view products as
select product_code, any_value(method) as method, any_value(reason) as reason
from 'forecasts/latest.parquet'
group by product_code;

-- ... and the facts, one row a product and week.
create or replace view facts as
select product_code, week, units as sold, null::double as expected from 'sales/*.parquet'
union all
select product_code, target_week, null, units_mean from 'forecasts/latest.parquet';

-- How much was sold, and is expected, in each month, by the star schema?
select year, month, sum(sold) as sold, sum(expected) as expected
from facts join calendar using (week) join products using (product_code)
group by year, month
order by year, month;
