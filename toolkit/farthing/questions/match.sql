-- Does each payment have a request, an invoice and a delivery? What was paid, row by row, beside
-- what was asked for, and what was returned, invoiced and charged by the platform.
--
-- Of a campaign's money the record nearest to a payment is what was paid: payments, or else a
-- return, or else invoices. It is held against each other record, and never added to one. Rows are
-- counted as counted_spend counts them. Two are of one supplier where its name is the same after
-- the links of the book, without capitals, marks, "the", legal forms and places; against a
-- platform's record the channel must be the same, where a row has one. Two are of one time where
-- at most 45 days are between them.

-- shared: outcomes
WITH spend_rows AS (
  SELECT
    entry_id,
    campaign_id,
    currency,
    record,
    coalesce(series, '') AS series,
    CASE record WHEN 'payment' THEN 1 WHEN 'return' THEN 2 WHEN 'invoice' THEN 3 ELSE 4 END
      AS place,
    low,
    high,
    coalesce(incurred_on, starts_on) AS first_on,
    coalesce(incurred_on, ends_before - 1) AS last_on,
    payee,
    coalesce(lower(spend.channel), '') AS medium,
    coalesce(seller, '') AS seller,
    part_of
  FROM current_spend AS spend
  LEFT JOIN sellers ON sellers.channel = spend.channel AND spend.record = 'platform'
), money AS (
  -- each campaign's money in one currency, numbered, and the record of it nearest to a payment
  SELECT
    campaign_id,
    currency,
    min(place) AS nearest,
    row_number() OVER (ORDER BY campaign_id, currency) AS money
  FROM spend_rows
  GROUP BY campaign_id, currency
), fullest AS (
  -- of several series of one record and seller, that which spend_series puts first
  SELECT campaign_id, currency, record, seller, series
  FROM spend_rows
  GROUP BY campaign_id, currency, record, seller, series
  QUALIFY row_number() OVER (
    PARTITION BY campaign_id, record, currency, seller
    ORDER BY sum(coalesce(low, 0)) DESC, sum(coalesce(high, low, 0)) DESC, series
  ) = 1
), parts AS (
  SELECT
    part.entry_id,
    part.campaign_id = whole.campaign_id AND part.record = whole.record AS is_counted_there,
    whole.place AS in_place,
    whole.entry_id AS whole
  FROM spend_rows AS part JOIN spend_rows AS whole ON whole.entry_id = part.part_of
  WHERE part.part_of IS NOT NULL
), wholes AS (
  -- rows that a row of another record says it is a part of
  SELECT DISTINCT whole AS entry_id FROM parts WHERE NOT is_counted_there
), spelt AS (
  SELECT payee, trim(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
    trim(regexp_replace(lower(coalesce(stands_for, payee)), '[.,;:''"()/&_’-]+', ' ', 'g')),
    '[\s ]+', ' ', 'g'),
    '^the ', ''),
    '( (uk|gb|ireland|united kingdom|great britain))+$', ''),
    '( (ltd|limited|limitd|plc|llp|llc|inc|incorporated|company|co|group))+$', ''),
    '( (uk|gb|ireland|united kingdom|great britain))+$', '')) AS name
  FROM (SELECT DISTINCT payee FROM spend_rows WHERE payee IS NOT NULL) AS payees
  LEFT JOIN current_links AS links ON links.kind = 'payee' AND links.name = payees.payee
), names AS (
  -- who was paid, under one spelling, and channels: each numbered
  SELECT name, row_number() OVER (ORDER BY name) AS supplier
  FROM (
    SELECT name FROM spelt
    UNION
    SELECT medium FROM spend_rows
  ) AS all_names
  WHERE name <> ''
), records AS (
  SELECT
    money,
    place,
    nearest,
    coalesce(payees.supplier, channels.supplier) AS payee,
    coalesce(channels.supplier, payees.supplier) AS channel,
    low,
    high,
    first_on,
    last_on,
    spend_rows.entry_id,
    in_place,
    wholes.entry_id IS NOT NULL AS has_parts
  FROM spend_rows
  JOIN money USING (campaign_id, currency)
  JOIN fullest USING (campaign_id, currency, record, seller, series)
  LEFT JOIN parts USING (entry_id)
  LEFT JOIN wholes USING (entry_id)
  LEFT JOIN spelt ON spelt.payee = spend_rows.payee
  LEFT JOIN names AS payees ON payees.name = spelt.name
  LEFT JOIN names AS channels ON channels.name = spend_rows.medium
  WHERE is_counted_there IS DISTINCT FROM true
), kinds AS (
  SELECT * FROM (VALUES (2, 'return'), (3, 'invoice'), (4, 'platform')) AS kinds (later, against)
), sides AS (
  SELECT
    later,
    'paid' AS side,
    money,
    CASE WHEN later = 4 THEN channel ELSE payee END AS supplier,
    low,
    high,
    first_on,
    last_on,
    entry_id,
    coalesce(in_place = later, false) AS is_stated
  FROM records JOIN kinds ON later > place
  WHERE place = nearest
  UNION ALL
  SELECT
    place,
    'other',
    money,
    CASE WHEN place = 4 THEN channel ELSE payee END,
    low,
    high,
    first_on,
    last_on,
    entry_id,
    has_parts
  FROM records
  WHERE place > nearest OR place = 4
), amounts AS (
  -- amounts that a campaign's money has on both sides
  SELECT later, money, low, high
  FROM sides
  WHERE low = high AND NOT is_stated
  GROUP BY later, money, low, high
  HAVING count(*) FILTER (WHERE side = 'paid') > 0 AND count(*) FILTER (WHERE side = 'other') > 0
), equals AS (
  -- as many rows of one amount and supplier on both sides, all of them of one time
  SELECT later, money, supplier, low, high
  FROM sides JOIN amounts USING (later, money, low, high)
  WHERE supplier IS NOT NULL AND NOT is_stated
  GROUP BY later, money, supplier, low, high
  HAVING count(*) FILTER (WHERE side = 'paid') = count(*) FILTER (WHERE side = 'other')
    AND count(first_on) = count(*) AND count(last_on) = count(*)
    AND max(first_on) <= min(last_on) + 45
), settled AS (
  SELECT
    sides.*,
    CASE
      WHEN is_stated AND side = 'paid' THEN 'stated'
      WHEN is_stated THEN 'has_parts'
      WHEN equals.low IS NOT NULL THEN 'exact'
      ELSE 'open'
    END AS state
  FROM sides LEFT JOIN equals USING (later, money, supplier, low, high)
), pools AS (
  -- suppliers with rows on both sides: of which time they are, and what of them is open
  SELECT
    later,
    money,
    supplier,
    min(first_on) FILTER (WHERE side = 'paid') AS paid_first,
    max(last_on) FILTER (WHERE side = 'paid') AS paid_last,
    min(first_on) FILTER (WHERE side = 'other') AS other_first,
    max(last_on) FILTER (WHERE side = 'other') AS other_last,
    count(*) FILTER (WHERE side = 'paid' AND (first_on IS NULL OR last_on IS NULL)) AS paid_undated,
    count(*) FILTER (WHERE side = 'other' AND (first_on IS NULL OR last_on IS NULL))
      AS other_undated,
    count(*) FILTER (WHERE state = 'open') AS open_rows,
    sum(low) FILTER (WHERE state = 'open') AS open_money,
    count(*) FILTER (WHERE state = 'open' AND side = 'paid') > 0
      AND count(*) FILTER (WHERE state = 'open' AND side = 'other') > 0 AS may_match
  FROM settled
  WHERE supplier IS NOT NULL
  GROUP BY later, money, supplier
  HAVING count(*) FILTER (WHERE side = 'paid') > 0 AND count(*) FILTER (WHERE side = 'other') > 0
), searched AS (
  -- the bound: 400 rows of a supplier, 5,000 in all, those of most money first
  SELECT *, may_match AND open_rows <= 400 AND sum(open_rows) OVER (
    PARTITION BY may_match AND open_rows <= 400 ORDER BY open_money DESC, later, money, supplier
  ) <= 5000 AS is_searched
  FROM pools
), alike AS (
  -- one amount of two suppliers, or of two times: no match, but a place to look
  SELECT later, money, low, high
  FROM settled JOIN amounts USING (later, money, low, high)
  WHERE low <> 0 AND state = 'open'
  GROUP BY later, money, low, high
  HAVING count(*) FILTER (WHERE side = 'paid') = 1 AND count(*) FILTER (WHERE side = 'other') = 1
  QUALIFY row_number() OVER (ORDER BY low DESC, later, money) <= 2000
), outcomes AS (
  SELECT
    settled.*,
    searched.supplier IS NOT NULL AS is_on_both,
    state = 'open' AND coalesce(is_searched OR alike.low IS NOT NULL, false) AS is_searched,
    CASE
      WHEN state <> 'open' THEN state
      WHEN settled.low IS NULL OR settled.high IS NULL THEN 'no_amount'
      WHEN searched.supplier IS NULL THEN 'no_record'
      WHEN side = 'paid' AND (first_on > other_last + 45 OR last_on < other_first - 45)
        OR side = 'other' AND (first_on > paid_last + 45 OR last_on < paid_first - 45)
        THEN 'out_of_period'
      WHEN first_on IS NULL OR last_on IS NULL
        OR CASE side WHEN 'paid' THEN other_undated ELSE paid_undated END > 0
        THEN 'no_day'
      WHEN may_match AND NOT is_searched THEN 'bound'
      ELSE 'unmatched'
    END AS outcome
  FROM settled
  LEFT JOIN searched USING (later, money, supplier)
  LEFT JOIN alike USING (later, money, low, high)
)

-- name: records
-- What was paid, and each record that it is held against: one row per record held against
-- (against), campaign, currency, side, supplier and outcome, with the number of its rows, their
-- money, and their first and last day. A row that may still have a counterpart stands alone, and
-- its entry is named. The supplier is empty where it has no row on the other side. Outcomes:
-- exact, as many rows of one supplier, amount and time on both sides; stated, the row names the
-- row of the other record that it is a part of; has_parts, such a row names it; no_amount, its
-- amount has no bound; no_day, its day, or that of one on the other side, is not known; no_record,
-- the other record has no row of the supplier; out_of_period, its rows are of another time; bound,
-- there are too many of them to be searched; unmatched, none of them is like it.
-- include: outcomes
SELECT
  kinds.against,
  coalesce(campaigns.name, money.campaign_id) AS campaign,
  campaigns.organisation,
  money.currency,
  summed.side,
  summed.outcome,
  names.name AS supplier,
  summed.row_count,
  summed.low,
  summed.high,
  summed.first_on,
  summed.last_on,
  spend.document_ref,
  summed.entry_id AS entries,
  money.campaign_id
FROM (
  SELECT
    later,
    money,
    side,
    outcome,
    CASE WHEN is_on_both OR is_searched THEN supplier END AS supplier,
    CASE WHEN is_searched THEN entry_id END AS entry_id,
    count(*) AS row_count,
    CASE WHEN count(low) = count(*) THEN sum(low) END AS low,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high,
    min(first_on) AS first_on,
    max(last_on) AS last_on
  FROM outcomes
  GROUP BY ALL
) AS summed
JOIN kinds USING (later)
JOIN money USING (money)
LEFT JOIN names USING (supplier)
LEFT JOIN current_campaigns AS campaigns USING (campaign_id)
LEFT JOIN spend ON spend.entry_id = summed.entry_id
ORDER BY against, campaign, campaign_id, currency, side, outcome, supplier, entries

-- rows: records
-- include: outcomes
SELECT
  kinds.against,
  money.campaign_id,
  money.currency,
  outcomes.side,
  outcomes.outcome,
  CASE WHEN is_on_both OR is_searched THEN names.name END AS supplier,
  CASE WHEN is_searched THEN outcomes.entry_id END AS entries,
  'spend' AS ledger,
  outcomes.entry_id
FROM outcomes
JOIN kinds USING (later)
JOIN money USING (money)
LEFT JOIN names USING (supplier)

-- name: requests
-- Sums that somebody asked for or approved: one row per statement. Whoever denies a sum, or gives
-- it as an opinion, is left to other questions.
SELECT
  coalesce(campaigns.name, budgets.campaign_id) AS campaign,
  campaigns.organisation,
  budgets.stage,
  budgets.currency,
  budgets.low,
  budgets.high,
  budgets.basis,
  budgets.wording,
  budgets.said_by,
  budgets.reported_by,
  budgets.modality,
  budgets.entry_id AS entries,
  budgets.campaign_id
FROM current_budgets AS budgets LEFT JOIN current_campaigns AS campaigns USING (campaign_id)
WHERE budgets.stage IN ('requested', 'approved') AND budgets.modality IN ('asserted', 'hedged')
ORDER BY campaign, budgets.campaign_id, budgets.currency, budgets.stage DESC, entries

-- name: copies
-- Rows that look like another of the same record: one row per campaign, currency and record, with
-- the rows that come after one of the same supplier, amount and reference, or none, within 7 days.
-- Nothing is left out because of it. A platform's rows are told apart by the platform.
WITH several AS (
  SELECT campaign_id, currency, record, low
  FROM current_spend
  WHERE low = high AND low <> 0 AND record <> 'platform'
  GROUP BY campaign_id, currency, record, low
  HAVING count(*) > 1
), copies AS (
  SELECT
    spend.campaign_id,
    spend.currency,
    spend.record,
    spend.low,
    spend.entry_id
  FROM current_spend AS spend
  JOIN several USING (campaign_id, currency, record, low)
  LEFT JOIN current_links AS links ON links.kind = 'payee' AND links.name = spend.payee
  WHERE spend.low = spend.high
  QUALIFY coalesce(incurred_on, starts_on) <= 7 + lag(coalesce(incurred_on, starts_on)) OVER (
    PARTITION BY
      spend.campaign_id, spend.currency, spend.record, spend.low, coalesce(series, ''),
      lower(coalesce(stands_for, payee, channel)), document_ref
    ORDER BY coalesce(incurred_on, starts_on), spend.entry_id
  )
)
SELECT
  coalesce(campaigns.name, copies.campaign_id) AS campaign,
  campaigns.organisation,
  copies.record,
  copies.currency,
  count(*) AS row_count,
  sum(copies.low) AS low,
  sum(copies.low) AS high,
  copies.campaign_id
FROM copies LEFT JOIN current_campaigns AS campaigns USING (campaign_id)
GROUP BY ALL
ORDER BY low DESC, campaign, campaign_id, currency, record

-- rows: copies
WITH several AS (
  SELECT campaign_id, currency, record, low
  FROM current_spend
  WHERE low = high AND low <> 0 AND record <> 'platform'
  GROUP BY campaign_id, currency, record, low
  HAVING count(*) > 1
), copies AS (
  SELECT
    spend.campaign_id,
    spend.currency,
    spend.record,
    spend.low,
    spend.entry_id
  FROM current_spend AS spend
  JOIN several USING (campaign_id, currency, record, low)
  LEFT JOIN current_links AS links ON links.kind = 'payee' AND links.name = spend.payee
  WHERE spend.low = spend.high
  QUALIFY coalesce(incurred_on, starts_on) <= 7 + lag(coalesce(incurred_on, starts_on)) OVER (
    PARTITION BY
      spend.campaign_id, spend.currency, spend.record, spend.low, coalesce(series, ''),
      lower(coalesce(stands_for, payee, channel)), document_ref
    ORDER BY coalesce(incurred_on, starts_on), spend.entry_id
  )
)
SELECT campaign_id, currency, record, 'spend' AS ledger, entry_id
FROM copies

-- name: payees
-- Who was paid, as the records spell it: one row per spelling and the name that it is linked to,
-- with its rows.
SELECT payee, stands_for, row_count
FROM (
  SELECT payee, count(*) AS row_count
  FROM current_spend
  WHERE payee IS NOT NULL
  GROUP BY payee
) AS paid
LEFT JOIN current_links AS links ON links.kind = 'payee' AND links.name = paid.payee
ORDER BY row_count DESC, payee
