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
WITH spent AS (
  -- a row that is no part of another need not be looked up
  SELECT * FROM current_spend WHERE part_of IS NULL
  UNION ALL
  SELECT * FROM whole_spend WHERE part_of IS NOT NULL
), series AS (
  SELECT
    campaign_id,
    record,
    currency,
    coalesce(series, '') AS series,
    CASE WHEN count(low) = count(*) THEN sum(low) END AS low,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high,
    count(*) AS row_count,
    min(entry_id) AS first_entry,
    min(wording) AS wording
  FROM spent
  WHERE campaign_id IN (SELECT campaign_id FROM current_sightings)
  GROUP BY campaign_id, record, currency, coalesce(series, '')
), money AS (
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
  -- neither a row and its parts nor several series of the same money are added
  SELECT
    campaign_id,
    currency,
    max(low),
    CASE WHEN count(high) = count(*) THEN max(high) END,
    CASE
      WHEN sum(row_count) = 1 THEN min(wording) ELSE CAST(sum(row_count) AS BIGINT) || ' rows'
    END,
    CASE record
      WHEN 'platform' THEN 'charged by the platform' WHEN 'return' THEN 'declared in a return'
      WHEN 'payment' THEN 'paid' ELSE 'invoiced'
    END,
    record,
    CASE WHEN sum(row_count) = 1 THEN min(first_entry) END
  FROM series
  GROUP BY campaign_id, currency, record
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
