-- They saw it. Does that mean everyone did?
--
-- What a panel says it saw, beside what the money said to be spent could have bought at the
-- prices seen, and the population it would have had to reach.

-- name: panels
-- Who was asked, how they were chosen, and how many saw it: one row per panel. Counts are people;
-- NULL is a number that nobody gives.
SELECT
  coalesce(campaigns.name, sightings.campaign_id) AS campaign,
  sightings.panel,
  sightings.selection,
  coalesce(sightings.asked, CASE WHEN sightings.outcome = 'all' THEN sightings.saw END) AS asked,
  CASE
    WHEN sightings.outcome = 'all' THEN coalesce(sightings.saw, sightings.asked)
    WHEN sightings.outcome = 'none' THEN 0
    ELSE sightings.saw
  END AS saw,
  sightings.outcome,
  sightings.said_by,
  sightings.reported_by,
  sightings.entry_id AS entries,
  sightings.campaign_id
FROM current_sightings AS sightings LEFT JOIN current_campaigns AS campaigns USING (campaign_id)
ORDER BY campaign, sightings.campaign_id, sightings.panel, entries

-- name: bought
-- What the money could have bought: one row per campaign with a panel, sum of money and price.
-- Impressions are the money over the price of a thousand, least money at the highest price to
-- most money at the lowest; they are ratios of ranges, rounded outward to whole impressions. NULL
-- for the most is without bound, as where the price may be nothing.
WITH money AS (
  SELECT
    campaign_id,
    currency,
    low,
    high,
    wording,
    'claimed by ' || said_by || coalesce(', reported by ' || reported_by, '') AS told,
    'claimed' AS record,
    entry_id AS entries
  FROM current_budgets
  WHERE stage = 'claimed' AND modality IN ('asserted', 'hedged') AND basis <> 'unknown'
  UNION ALL
  SELECT
    totals.campaign_id,
    totals.currency,
    totals.low,
    totals.high,
    CASE WHEN totals.row_count = 1 THEN one_row.wording ELSE totals.row_count || ' rows' END,
    CASE totals.record
      WHEN 'platform' THEN 'charged by the platform' WHEN 'return' THEN 'declared in a return'
      WHEN 'payment' THEN 'paid' ELSE 'invoiced'
    END,
    totals.record,
    CASE WHEN totals.row_count = 1 THEN totals.first_entry END
  FROM spend_totals AS totals
  LEFT JOIN current_spend AS one_row
    ON one_row.entry_id = totals.first_entry AND totals.row_count = 1
  WHERE totals.campaign_id IN (SELECT campaign_id FROM current_sightings)
)
SELECT
  coalesce(campaigns.name, money.campaign_id) AS campaign,
  money.wording AS money,
  money.told,
  money.currency,
  money.low,
  money.high,
  rates.channel,
  rates.market,
  coalesce(rates.starts_on, rates.ends_before - 1) AS price_seen_on,
  rates.low AS cpm_low,
  rates.high AS cpm_high,
  CASE
    WHEN money.low IS NULL THEN NULL
    WHEN rates.high > 0
    THEN TRY_CAST(floor(1000.0 * greatest(money.low, 0) / rates.high) AS BIGINT)
    ELSE 0
  END AS impressions_low,
  CASE
    WHEN rates.low > 0 AND money.high IS NOT NULL
    THEN TRY_CAST(ceil(1000.0 * greatest(money.high, 0) / rates.low) AS BIGINT)
  END AS impressions_high,
  sources.title AS price_source,
  money.record,
  money.entries,
  rates.entry_id AS price_entries,
  money.campaign_id
FROM money
LEFT JOIN current_campaigns AS campaigns USING (campaign_id)
JOIN current_rates AS rates ON rates.currency = money.currency AND rates.measure = 'cpm'
LEFT JOIN current_sources AS sources ON sources.source_id = rates.source_id
WHERE money.campaign_id IN (SELECT campaign_id FROM current_sightings)
  AND rates.basis <> 'unknown' AND (money.low IS NOT NULL OR money.high IS NOT NULL)
ORDER BY
  campaign, money.campaign_id, money.record, money.entries, price_seen_on, rates.entry_id

-- rows: bought
SELECT
  campaign_id, 'claimed' AS record, currency, entry_id AS entries, 'budgets' AS ledger, entry_id
FROM current_budgets
WHERE stage = 'claimed' AND modality IN ('asserted', 'hedged') AND basis <> 'unknown'
UNION ALL
SELECT
  spend.campaign_id,
  spend.record,
  spend.currency,
  CASE
    WHEN count(*) OVER (
      PARTITION BY spend.campaign_id, spend.record, spend.currency
    ) = 1 THEN spend.entry_id
  END,
  'spend',
  spend.entry_id
FROM whole_spend AS spend

-- name: populations
-- Whom a campaign for everyone would have had to reach: one row per population, the latest count
-- first. People.
SELECT segment AS population, as_of, low, high, 'people' AS unit, entry_id AS entries
FROM current_audiences
WHERE segment_kind = 'all' AND low >= 1
ORDER BY as_of DESC NULLS LAST, entries

-- name: delivery
-- What was measured of the delivery of a campaign with a panel: one row per measurement.
SELECT
  coalesce(campaigns.name, reach.campaign_id) AS campaign,
  reach.channel,
  reach.starts_on,
  reach.ends_before,
  reach.segment_kind,
  reach.segment,
  reach.low,
  reach.high,
  reach.measure AS unit,
  reach.entry_id AS entries,
  reach.campaign_id
FROM current_reach AS reach LEFT JOIN current_campaigns AS campaigns USING (campaign_id)
WHERE reach.campaign_id IN (SELECT campaign_id FROM current_sightings)
ORDER BY campaign, reach.campaign_id, entries
