-- They saw it. Does that mean everyone did?
--
-- What a panel says it saw, beside what the money said to be spent could have bought at the
-- prices seen, and the population it would have had to reach.

-- name: panels
-- Who was asked, how they were chosen, and how many saw it: one row per panel. Counts are people;
-- NULL is a number that nobody gives.
SELECT
  campaigns.name AS campaign,
  sightings.panel,
  sightings.selection,
  sightings.asked,
  sightings.saw,
  sightings.outcome,
  sightings.said_by,
  sightings.reported_by,
  sightings.entry_id AS entries,
  sightings.campaign_id
FROM current_sightings AS sightings JOIN current_campaigns AS campaigns USING (campaign_id)
ORDER BY campaign, sightings.panel, entries

-- name: bought
-- What the money could have bought: one row per campaign with a panel, sum of money and price.
-- Impressions are the money over the price of a thousand, least money at the highest price to
-- most money at the lowest; they are ratios of ranges, rounded outward to whole impressions.
WITH money AS (
  SELECT campaign_id, currency, low, high, wording, 'claimed by ' || said_by AS told, entry_id
  FROM current_budgets
  WHERE stage = 'claimed' AND modality IN ('asserted', 'hedged') AND basis <> 'unknown'
  UNION ALL
  SELECT
    campaign_id,
    currency,
    CASE WHEN count(low) = count(*) THEN sum(low) END,
    CASE WHEN count(high) = count(*) THEN sum(high) END,
    count(*) || ' rows',
    'charged by the platform',
    string_agg(entry_id, ' ' ORDER BY entry_id)
  FROM current_spend
  WHERE record = 'platform' AND part_of IS NULL
  GROUP BY campaign_id, currency
)
SELECT
  campaigns.name AS campaign,
  money.wording AS money,
  money.told,
  money.currency,
  money.low,
  money.high,
  rates.channel,
  rates.market,
  rates.starts_on AS price_from,
  rates.low AS cpm_low,
  rates.high AS cpm_high,
  CAST(floor(1000.0 * money.low / rates.high) AS BIGINT) AS impressions_low,
  CAST(ceil(1000.0 * money.high / rates.low) AS BIGINT) AS impressions_high,
  sources.title AS price_source,
  money.entry_id || ' ' || rates.entry_id AS entries,
  campaigns.campaign_id
FROM money
JOIN current_campaigns AS campaigns USING (campaign_id)
JOIN current_rates AS rates ON rates.currency = money.currency AND rates.measure = 'cpm'
JOIN current_sources AS sources ON sources.source_id = rates.source_id
WHERE money.campaign_id IN (SELECT campaign_id FROM current_sightings) AND rates.low > 0
ORDER BY campaign, money.entry_id, rates.starts_on, rates.entry_id

-- name: populations
-- Whom a campaign for everyone would have had to reach: one row per population, the latest count
-- first. People.
SELECT segment AS population, as_of, low, high, 'people' AS unit, entry_id AS entries
FROM current_audiences
WHERE segment_kind = 'all' AND low > 0
ORDER BY as_of DESC, entries
