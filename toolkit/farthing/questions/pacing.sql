-- When was it spent, against plan? Money and impressions as they add up from day to day.
--
-- A row that gives a period and not a day was spent on any days of it: what had been spent by a
-- day has a least, which counts the row at its last day, and a most, which counts it at its first.
-- What a platform showed of a period that was still running had been spent by the day it was
-- shown. A row without any day counts from the first day of its line to the last. Of a row and its
-- parts the row is counted (whole_spend); several series of one seller tell of the same money, and
-- the greatest least and the greatest most of any stand (as in spend_totals). Records of different
-- kinds tell of the same pound, and are never added: each is a line of its own.

-- shared: flows
WITH flows AS (
  SELECT
    'spend' AS ledger,
    entry_id,
    campaign_id,
    record,
    currency AS unit,
    seller,
    coalesce(series, '') AS series,
    low,
    high,
    coalesce(incurred_on, starts_on) AS first_on,
    CASE
      WHEN incurred_on IS NOT NULL THEN incurred_on
      WHEN ends_before IS NOT NULL OR observed_on IS NOT NULL
      THEN greatest(starts_on, least(ends_before - 1, observed_on))
    END AS last_on
  FROM whole_spend
  UNION ALL
  SELECT
    'reach' AS ledger,
    entry_id,
    campaign_id,
    'impressions' AS record,
    'impressions' AS unit,
    coalesce(sellers.seller, '') AS seller,
    coalesce(series, '') AS series,
    low,
    high,
    starts_on AS first_on,
    CASE
      WHEN ends_before IS NOT NULL OR observed_on IS NOT NULL
      THEN greatest(starts_on, least(ends_before - 1, observed_on))
    END AS last_on
  FROM current_reach LEFT JOIN sellers USING (channel)
  WHERE measure = 'impressions' AND segment_kind = 'all'
)

-- name: lines
-- What each line comes to and the days it covers: one row per campaign, record and unit, the
-- largest of each unit first. Currency, or impressions; NULL is unknown. first_on and last_on are
-- the first and last day that any row can have been spent on; undated counts the rows without a
-- day, starts_on and ends_before are the campaign's own. place is among the lines of the unit.
-- include: flows
, told AS (
  SELECT
    campaign_id,
    record,
    unit,
    seller,
    CASE WHEN count(low) = count(*) THEN sum(low) END AS low,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high,
    count(*) AS counted,
    sum(CASE WHEN first_on IS NULL OR last_on IS NULL THEN 1 ELSE 0 END) AS undated,
    min(coalesce(first_on, last_on)) AS first_on,
    max(coalesce(last_on, first_on)) AS last_on
  FROM flows
  GROUP BY campaign_id, record, unit, seller, series
), sold AS (
  -- series of one seller tell of the same money, those of two never do
  SELECT
    campaign_id,
    record,
    unit,
    max(low) AS low,
    CASE WHEN count(high) = count(*) THEN max(high) END AS high,
    sum(counted) AS counted,
    sum(undated) AS undated,
    count(*) AS series,
    min(first_on) AS first_on,
    max(last_on) AS last_on
  FROM told
  GROUP BY campaign_id, record, unit, seller
), totals AS (
  SELECT
    campaign_id,
    record,
    unit,
    CASE WHEN count(low) = count(*) THEN sum(low) END AS low,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high,
    CAST(sum(counted) AS BIGINT) AS row_count,
    CAST(sum(undated) AS BIGINT) AS undated,
    max(series) AS series,
    min(first_on) AS first_on,
    max(last_on) AS last_on
  FROM sold
  GROUP BY campaign_id, record, unit
)
SELECT
  coalesce(campaigns.name, totals.campaign_id) AS campaign,
  totals.record,
  totals.unit,
  totals.low,
  totals.high,
  totals.row_count AS "rows",
  totals.undated,
  totals.series,
  totals.first_on,
  totals.last_on,
  campaigns.starts_on,
  campaigns.ends_before,
  campaigns.organisation,
  row_number() OVER (
    PARTITION BY totals.unit
    ORDER BY coalesce(totals.high, totals.low) DESC NULLS LAST, totals.campaign_id, totals.record
  ) AS place,
  totals.campaign_id
FROM totals LEFT JOIN current_campaigns AS campaigns USING (campaign_id)
ORDER BY place, totals.unit

-- rows: lines
SELECT campaign_id, record, currency AS unit, 'spend' AS ledger, entry_id FROM whole_spend
UNION ALL
SELECT campaign_id, 'impressions', 'impressions', 'reach', entry_id
FROM current_reach
WHERE measure = 'impressions' AND segment_kind = 'all'

-- name: days
-- How much had been spent, or shown, by the end of each day on which that changes: one row per
-- line and day, for the twelve largest lines of each unit. Currency, or impressions; low is the
-- least and high the most there can have been by then, NULL is unknown. The last day of a line
-- has what the line comes to.
-- include: flows
, told AS (
  SELECT
    campaign_id,
    record,
    unit,
    seller,
    sum(low) AS low,
    sum(high) AS high,
    min(coalesce(first_on, last_on)) AS first_on,
    max(coalesce(last_on, first_on)) AS last_on
  FROM flows
  GROUP BY campaign_id, record, unit, seller, series
), sold AS (
  SELECT
    campaign_id,
    record,
    unit,
    max(low) AS low,
    max(high) AS high,
    min(first_on) AS first_on,
    max(last_on) AS last_on
  FROM told
  GROUP BY campaign_id, record, unit, seller
), totals AS (
  SELECT
    campaign_id,
    record,
    unit,
    min(first_on) AS first_on,
    max(last_on) AS last_on,
    row_number() OVER (
      PARTITION BY unit
      ORDER BY coalesce(sum(high), sum(low)) DESC NULLS LAST, campaign_id, record
    ) AS place
  FROM sold
  GROUP BY campaign_id, record, unit
), largest AS (
  SELECT
    flows.campaign_id,
    flows.record,
    flows.unit,
    flows.seller,
    flows.series,
    flows.low,
    flows.high,
    coalesce(flows.first_on, totals.first_on) AS first_on,
    coalesce(flows.last_on, totals.last_on) AS last_on
  FROM flows JOIN totals
    ON totals.campaign_id = flows.campaign_id
    AND totals.record = flows.record
    AND totals.unit = flows.unit
  WHERE totals.place <= 12 AND totals.first_on IS NOT NULL
), changes AS (
  -- a refund that may have come already makes the least smaller at its first day
  SELECT
    campaign_id,
    record,
    unit,
    seller,
    series,
    first_on AS day,
    CASE WHEN low < 0 THEN low ELSE 0 END AS low,
    CASE WHEN high > 0 THEN high ELSE 0 END AS high,
    CASE WHEN low IS NULL THEN 1 ELSE 0 END AS without_low,
    CASE WHEN high IS NULL THEN 1 ELSE 0 END AS without_high
  FROM largest
  UNION ALL
  SELECT
    campaign_id,
    record,
    unit,
    seller,
    series,
    last_on AS day,
    CASE WHEN low > 0 THEN low ELSE 0 END AS low,
    CASE WHEN high < 0 THEN high ELSE 0 END AS high,
    0 AS without_low,
    0 AS without_high
  FROM largest
), daily AS (
  SELECT
    campaign_id,
    record,
    unit,
    seller,
    series,
    day,
    sum(low) AS low,
    sum(high) AS high,
    sum(without_low) AS without_low,
    sum(without_high) AS without_high
  FROM changes
  GROUP BY campaign_id, record, unit, seller, series, day
), grid AS (
  SELECT DISTINCT
    days.campaign_id, days.record, days.unit, series.seller, series.series, days.day
  FROM (SELECT DISTINCT campaign_id, record, unit, day FROM daily) AS days
  JOIN (SELECT DISTINCT campaign_id, record, unit, seller, series FROM daily) AS series
    ON series.campaign_id = days.campaign_id
    AND series.record = days.record
    AND series.unit = days.unit
), added AS (
  SELECT
    grid.campaign_id,
    grid.record,
    grid.unit,
    grid.seller,
    grid.day,
    sum(coalesce(daily.low, 0)) OVER so_far AS low,
    sum(coalesce(daily.high, 0)) OVER so_far AS high,
    sum(coalesce(daily.without_low, 0)) OVER so_far AS without_low,
    sum(coalesce(daily.without_high, 0)) OVER so_far AS without_high
  FROM grid LEFT JOIN daily
    ON daily.campaign_id = grid.campaign_id
    AND daily.record = grid.record
    AND daily.unit = grid.unit
    AND daily.seller = grid.seller
    AND daily.series = grid.series
    AND daily.day = grid.day
  WINDOW so_far AS (
    PARTITION BY grid.campaign_id, grid.record, grid.unit, grid.seller, grid.series
    ORDER BY grid.day
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  )
), sold_by AS (
  SELECT
    campaign_id,
    record,
    unit,
    day,
    max(CASE WHEN without_low = 0 THEN low END) AS low,
    CASE WHEN sum(without_high) = 0 THEN max(high) END AS high
  FROM added
  GROUP BY campaign_id, record, unit, seller, day
), bands AS (
  SELECT
    campaign_id,
    record,
    unit,
    day,
    CASE WHEN count(low) = count(*) THEN sum(low) END AS low,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high
  FROM sold_by
  GROUP BY campaign_id, record, unit, day
)
SELECT
  coalesce(campaigns.name, bands.campaign_id) AS campaign,
  bands.record,
  bands.unit,
  bands.day,
  CAST(bands.low AS DECIMAL(38, 2)) AS low,
  CAST(bands.high AS DECIMAL(38, 2)) AS high,
  bands.campaign_id
FROM bands LEFT JOIN current_campaigns AS campaigns USING (campaign_id)
ORDER BY bands.unit, bands.campaign_id, bands.record, bands.day

-- rows: days
-- include: flows
SELECT days.campaign_id, days.record, days.unit, days.day, rows.ledger, rows.entry_id
FROM (
  SELECT DISTINCT campaign_id, record, unit, day
  FROM (
    SELECT campaign_id, record, unit, first_on AS day FROM flows
    UNION ALL
    SELECT campaign_id, record, unit, last_on AS day FROM flows
  ) AS both_ends
  WHERE day IS NOT NULL
) AS days
JOIN flows AS rows
  ON rows.campaign_id = days.campaign_id
  AND rows.record = days.record
  AND rows.unit = days.unit
  AND (rows.first_on IS NULL OR rows.first_on <= days.day)

-- name: outside
-- Money outside of its campaign's own dates: one row per line of money and side, before or after.
-- low and high add up what lies outside for certain, with rows of a period that may do so in the
-- high alone; perhaps counts these rows. Currency; NULL is unknown.
WITH dated AS (
  SELECT
    spend.campaign_id,
    spend.record,
    spend.currency AS unit,
    spend.low,
    spend.high,
    coalesce(spend.incurred_on, spend.starts_on) AS first_on,
    coalesce(spend.incurred_on, spend.ends_before - 1) AS last_on,
    campaigns.name,
    campaigns.starts_on,
    campaigns.ends_before
  FROM counted_spend AS spend JOIN current_campaigns AS campaigns USING (campaign_id)
), outside AS (
  SELECT *, 'before' AS side, last_on < starts_on AS is_certain
  FROM dated
  WHERE coalesce(first_on, last_on) < starts_on
  UNION ALL
  SELECT *, 'after' AS side, first_on >= ends_before AS is_certain
  FROM dated
  WHERE coalesce(last_on, first_on) >= ends_before
)
SELECT
  name AS campaign,
  record,
  unit,
  side,
  CASE
    WHEN sum(CASE WHEN low IS NULL THEN 1 ELSE 0 END) = 0
    THEN sum(CASE WHEN is_certain OR low < 0 THEN low ELSE 0 END)
  END AS low,
  CASE
    WHEN sum(CASE WHEN high IS NULL THEN 1 ELSE 0 END) = 0
    THEN sum(CASE WHEN is_certain OR high > 0 THEN high ELSE 0 END)
  END AS high,
  count(*) AS "rows",
  CAST(sum(CASE WHEN is_certain THEN 0 ELSE 1 END) AS BIGINT) AS perhaps,
  min(coalesce(first_on, last_on)) AS first_on,
  max(coalesce(last_on, first_on)) AS last_on,
  any_value(starts_on) AS starts_on,
  any_value(ends_before) AS ends_before,
  campaign_id
FROM outside
GROUP BY campaign_id, name, record, unit, side
ORDER BY campaign, campaign_id, record, unit, side

-- rows: outside
SELECT
  spend.campaign_id,
  spend.record,
  spend.currency AS unit,
  sides.side,
  'spend' AS ledger,
  spend.entry_id
FROM counted_spend AS spend
JOIN current_campaigns AS campaigns USING (campaign_id)
CROSS JOIN (VALUES ('before'), ('after')) AS sides (side)
WHERE (
    sides.side = 'before'
    AND coalesce(spend.incurred_on, spend.starts_on, spend.ends_before - 1) < campaigns.starts_on
  )
  OR (
    sides.side = 'after'
    AND coalesce(spend.incurred_on, spend.ends_before - 1, spend.starts_on) >= campaigns.ends_before
  )

-- name: paid_early
-- Money that was paid before it was incurred: one row per campaign and currency. Days are told by
-- a payment and by an invoice, return line or charge with its document_ref, or by the return's own
-- remark on a row, which gives no sum that could be told apart: rows and what they come to.
-- Several records or series may tell of the same money: it is no less than what one of them tells,
-- and no more than all together. Of a row and its parts the row is counted.
WITH told AS (
  SELECT
    entry_id,
    part_of,
    campaign_id,
    record,
    currency AS unit,
    coalesce(series, '') AS series,
    low,
    high,
    incurred_on,
    document_ref,
    coalesce(strpos(note, 'paid before it was incurred'), 0) > 0 AS is_remarked
  FROM current_spend
), paid AS (
  SELECT campaign_id, unit, document_ref, min(incurred_on) AS paid_on
  FROM told
  WHERE record = 'payment' AND document_ref IS NOT NULL AND incurred_on IS NOT NULL
  GROUP BY campaign_id, unit, document_ref
), early AS (
  SELECT
    told.entry_id,
    told.part_of,
    told.campaign_id,
    told.record,
    told.unit,
    told.series,
    told.low,
    told.high,
    date_diff('day', paid.paid_on, told.incurred_on) AS days
  FROM told LEFT JOIN paid
    ON paid.campaign_id = told.campaign_id
    AND paid.unit = told.unit
    AND paid.document_ref = told.document_ref
    AND told.record <> 'payment'
    AND paid.paid_on < told.incurred_on
  WHERE told.is_remarked OR paid.paid_on IS NOT NULL
)
SELECT
  coalesce(campaigns.name, sums.campaign_id) AS campaign,
  sums.unit,
  CASE WHEN count(sums.low) = count(*) THEN max(sums.low) END AS low,
  CASE WHEN count(sums.high) = count(*) THEN sum(sums.high) END AS high,
  CAST(sum(sums.row_count) AS BIGINT) AS "rows",
  max(sums.days) AS days_at_most,
  campaigns.organisation,
  sums.campaign_id
FROM (
  SELECT
    early.campaign_id,
    early.unit,
    CASE WHEN count(early.low) = count(*) THEN sum(early.low) END AS low,
    CASE WHEN count(early.high) = count(*) THEN sum(early.high) END AS high,
    count(*) AS row_count,
    max(early.days) AS days
  FROM early LEFT JOIN early AS whole
    ON whole.entry_id = early.part_of
    AND whole.campaign_id = early.campaign_id
    AND whole.record = early.record
  WHERE whole.entry_id IS NULL
  GROUP BY early.campaign_id, early.record, early.unit, early.series
) AS sums
LEFT JOIN current_campaigns AS campaigns ON campaigns.campaign_id = sums.campaign_id
GROUP BY campaigns.name, campaigns.organisation, sums.campaign_id, sums.unit
ORDER BY campaign, sums.campaign_id, sums.unit

-- rows: paid_early
WITH early AS (
  SELECT told.*
  FROM current_spend AS told
  WHERE coalesce(strpos(told.note, 'paid before it was incurred'), 0) > 0
    OR told.entry_id IN (
      SELECT bought.entry_id
      FROM current_spend AS bought JOIN current_spend AS paid
        ON paid.campaign_id = bought.campaign_id
        AND paid.currency = bought.currency
        AND paid.document_ref = bought.document_ref
        AND paid.incurred_on < bought.incurred_on
      WHERE paid.record = 'payment' AND bought.record <> 'payment'
    )
)
SELECT early.campaign_id, early.currency AS unit, 'spend' AS ledger, early.entry_id
FROM early LEFT JOIN early AS whole
  ON whole.entry_id = early.part_of
  AND whole.campaign_id = early.campaign_id
  AND whole.record = early.record
WHERE whole.entry_id IS NULL

-- name: plans
-- What was asked for or approved for a campaign: one row per campaign, currency and stage.
-- Accounts of one sum are joined to the range that holds them all, and never added; NULL is
-- without bound. A claim is that of whoever is named.
SELECT
  budgets.campaign_id,
  budgets.currency AS unit,
  budgets.stage,
  CASE WHEN count(budgets.low) = count(*) THEN min(budgets.low) END AS low,
  CASE WHEN count(budgets.high) = count(*) THEN max(budgets.high) END AS high,
  string_agg(DISTINCT budgets.wording, ' / ' ORDER BY budgets.wording) AS wording,
  string_agg(DISTINCT budgets.said_by, ' / ' ORDER BY budgets.said_by) AS said_by,
  string_agg(DISTINCT budgets.reported_by, ' / ' ORDER BY budgets.reported_by) AS reported_by,
  string_agg(budgets.entry_id, ' ' ORDER BY budgets.entry_id) AS entries
FROM current_budgets AS budgets
WHERE budgets.stage IN ('requested', 'approved') AND budgets.modality IN ('asserted', 'hedged')
  AND budgets.basis NOT IN ('unknown', 'vague')
GROUP BY budgets.campaign_id, budgets.currency, budgets.stage
ORDER BY budgets.campaign_id, budgets.currency, budgets.stage

-- name: candidates
-- What a candidate's return comes to in one period, and the limit of the seat: one row per
-- campaign, area and period of a general election. Pounds; the limit is the one that a regulator
-- states, as the words of the statement and the name of the seat have it; without one there is the
-- electorate of the poll, in people. Which period a row is of is told by its category ("long
-- campaign") or by the campaign's name.
WITH periods AS (
  SELECT 'long' AS period UNION ALL SELECT 'short'
), runs AS (
  SELECT
    campaign_id,
    name,
    CASE
      WHEN strpos(name, 'long period') > 0 THEN 'long'
      WHEN strpos(name, 'short period') > 0 THEN 'short'
    END AS named
  FROM current_campaigns
), returned AS (
  SELECT
    spend.campaign_id,
    runs.name AS campaign,
    spend.area_code,
    CASE spend.category
      WHEN 'long campaign' THEN 'long' WHEN 'short campaign' THEN 'short' ELSE runs.named
    END AS period,
    CAST(EXTRACT(YEAR FROM coalesce(spend.incurred_on, spend.ends_before - 1)) AS VARCHAR) AS year,
    coalesce(spend.series, '') AS series,
    spend.low,
    spend.high
  FROM whole_spend AS spend JOIN runs USING (campaign_id)
  WHERE spend.record = 'return' AND spend.currency = 'GBP' AND spend.area_code IS NOT NULL
    AND (spend.category IN ('long campaign', 'short campaign') OR runs.named IS NOT NULL)
), told AS (
  SELECT
    campaign_id,
    campaign,
    area_code,
    period,
    year,
    CASE WHEN count(low) = count(*) THEN sum(low) END AS low,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high
  FROM returned
  GROUP BY campaign_id, campaign, area_code, period, year, series
), spent AS (
  SELECT
    campaign_id,
    campaign,
    area_code,
    period,
    year,
    max(low) AS low,
    CASE WHEN count(high) = count(*) THEN max(high) END AS high
  FROM told
  GROUP BY campaign_id, campaign, area_code, period, year
), stated AS (
  SELECT
    split_part(split_part(quantity, ' spending in ', 2), ', ' || periods.period || ' period', 1)
      AS seat,
    periods.period,
    right(quantity, 4) AS year,
    CASE WHEN record_key LIKE 'ec:limit:%' THEN substr(split_part(record_key, ':', 4), 1, 9) END
      AS area_code,
    statements.low,
    statements.high,
    statements.said_by,
    statements.entry_id
  FROM current_statements AS statements JOIN periods
    ON strpos(statements.quantity, ', ' || periods.period || ' period, general election ') > 0
  WHERE statements.quantity LIKE 'Limit on a candidate''s spending in %, general election ____'
    AND statements.unit = 'GBP' AND statements.modality = 'asserted'
), seats AS (
  SELECT
    area_code,
    CAST(EXTRACT(YEAR FROM held_on) AS VARCHAR) AS year,
    max(area_name) AS seat,
    max(electorate) AS electorate
  FROM current_contests
  WHERE lower(election) LIKE '%general election%'
  GROUP BY area_code, year
)
SELECT
  spent.campaign,
  coalesce(seats.seat, stated.seat, spent.area_code) AS seat,
  spent.period,
  spent.year,
  'GBP' AS unit,
  spent.low,
  spent.high,
  stated.low AS limit_low,
  stated.high AS limit_high,
  stated.said_by AS limit_said_by,
  seats.electorate,
  stated.entry_id AS limit_entries,
  spent.area_code,
  spent.campaign_id
FROM spent
LEFT JOIN seats ON seats.area_code = spent.area_code AND seats.year = spent.year
LEFT JOIN stated
  ON stated.period = spent.period
  AND stated.year = spent.year
  AND (
    stated.area_code = spent.area_code
    OR (stated.area_code IS NULL AND stated.seat = seats.seat)
  )
ORDER BY spent.campaign, spent.campaign_id, spent.year, spent.period, limit_entries

-- rows: candidates
SELECT
  spend.campaign_id,
  spend.area_code,
  CASE
    WHEN spend.category = 'long campaign' THEN 'long'
    WHEN spend.category = 'short campaign' THEN 'short'
    WHEN strpos(campaigns.name, 'long period') > 0 THEN 'long'
    WHEN strpos(campaigns.name, 'short period') > 0 THEN 'short'
  END AS period,
  CAST(EXTRACT(YEAR FROM coalesce(spend.incurred_on, spend.ends_before - 1)) AS VARCHAR) AS year,
  'spend' AS ledger,
  spend.entry_id
FROM whole_spend AS spend JOIN current_campaigns AS campaigns USING (campaign_id)
WHERE spend.record = 'return' AND spend.currency = 'GBP' AND spend.area_code IS NOT NULL

-- name: contested
-- The seats that a party contested at a general election, by part of the United Kingdom: one row
-- per party, election and first letter of the GSS codes. Seats.
SELECT
  party,
  election,
  held_on,
  substr(area_code, 1, 1) AS part,
  count(DISTINCT area_code) AS seats
FROM current_contests
WHERE lower(election) LIKE '%general election%'
GROUP BY party, election, held_on, part
ORDER BY party, held_on, election, part

-- rows: contested
SELECT party, election, substr(area_code, 1, 1) AS part, 'contests' AS ledger, entry_id
FROM current_contests
