-- What was asked for, approved, said to be spent, booked and delivered, campaign by campaign.
--
-- Two statements of one stage are two accounts of the same money: the account nearest to the
-- thing itself stands, those of equal rank are joined to the range that holds them all, and
-- nothing is added. Booked and delivered money is added up over records of one kind; a return
-- stands before payments, and payments before invoices, since the same pound is in all three.

-- name: stages
-- Money of each campaign that somebody asked for or said was spent: one row per campaign,
-- currency and stage. A stage without a statement or record is a row that says so.
WITH ranked AS (
  SELECT
    budgets.*,
    CASE sources.rank
      WHEN 'record' THEN 1 WHEN 'regulator' THEN 2 WHEN 'audited_return' THEN 3
      WHEN 'named_witness' THEN 4 WHEN 'unnamed_witness' THEN 5 ELSE 6
    END AS rank
  FROM current_budgets AS budgets JOIN current_sources AS sources USING (source_id)
  WHERE modality IN ('asserted', 'hedged')
), statements AS (
  -- a statement without a sum counts only where there is no other
  SELECT *
  FROM ranked
  QUALIFY dense_rank() OVER (
    PARTITION BY campaign_id, currency, stage
    ORDER BY CASE WHEN basis = 'unknown' THEN 1 ELSE 0 END, rank
  ) = 1
), contrasts AS (
  -- "a fortune", said to be more than the next sum, is at least a penny more than its least
  SELECT comparisons.greater_entry AS entry_id, max(lesser.low) + 0.01 AS above
  FROM current_comparisons AS comparisons
  JOIN current_budgets AS lesser ON lesser.entry_id = comparisons.lesser_entry
  GROUP BY comparisons.greater_entry
), said AS (
  SELECT
    campaign_id,
    currency,
    stage,
    CASE WHEN count(low) = count(*) THEN min(greatest(low, coalesce(above, low))) END AS low,
    CASE WHEN count(high) = count(*) THEN max(high) END AS high,
    string_agg(DISTINCT wording, ' / ' ORDER BY wording) AS wording,
    string_agg(DISTINCT said_by, ' / ' ORDER BY said_by) AS said_by,
    string_agg(DISTINCT reported_by, ' / ' ORDER BY reported_by) AS reported_by,
    count(*) AS statements,
    string_agg(entry_id, ' ' ORDER BY entry_id) AS entries
  FROM statements LEFT JOIN contrasts USING (entry_id)
  GROUP BY campaign_id, currency, stage
), records AS (
  SELECT
    *,
    CASE WHEN record = 'platform' THEN 'delivered' ELSE 'booked' END AS stage,
    CASE record WHEN 'return' THEN 1 WHEN 'payment' THEN 2 ELSE 3 END AS nearest
  FROM current_spend
  WHERE part_of IS NULL
), booked AS (
  SELECT
    campaign_id,
    currency,
    stage,
    CASE WHEN count(low) = count(*) THEN sum(low) END AS low,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high,
    CASE WHEN count(*) = 1 THEN any_value(wording) ELSE count(*) || ' rows' END AS wording,
    any_value(record) AS said_by,
    CAST(NULL AS VARCHAR) AS reported_by,
    count(*) AS statements,
    string_agg(entry_id, ' ' ORDER BY entry_id) AS entries
  FROM (
    SELECT * FROM records
    QUALIFY dense_rank() OVER (PARTITION BY campaign_id, currency, stage ORDER BY nearest) = 1
  ) AS nearest_records
  GROUP BY campaign_id, currency, stage
), seen AS (
  SELECT * FROM said UNION ALL SELECT * FROM booked
), order_of_stages AS (
  SELECT * FROM (
    VALUES (1, 'requested'), (2, 'approved'), (3, 'claimed'), (4, 'booked'), (5, 'delivered')
  ) AS stages (step, stage)
), wanted AS (
  SELECT DISTINCT campaign_id, currency FROM said
)
SELECT
  campaigns.name AS campaign,
  order_of_stages.step,
  order_of_stages.stage,
  wanted.currency,
  seen.low,
  seen.high,
  seen.wording,
  seen.said_by,
  seen.reported_by,
  coalesce(seen.statements, 0) AS statements,
  seen.entries,
  wanted.campaign_id
FROM wanted
CROSS JOIN order_of_stages
JOIN current_campaigns AS campaigns USING (campaign_id)
LEFT JOIN seen
  ON seen.campaign_id = wanted.campaign_id
  AND seen.currency = wanted.currency
  AND seen.stage = order_of_stages.stage
ORDER BY campaign, wanted.currency, step

-- name: contrasts
-- Which sum is said to be greater than which, whatever their sizes: one row per comparison.
SELECT
  greater.campaign_id,
  greater.currency,
  greater.stage AS greater_stage,
  lesser.stage AS lesser_stage,
  comparisons.said_by,
  comparisons.reported_by,
  comparisons.quote,
  comparisons.entry_id AS entries
FROM current_comparisons AS comparisons
JOIN current_budgets AS greater ON greater.entry_id = comparisons.greater_entry
JOIN current_budgets AS lesser ON lesser.entry_id = comparisons.lesser_entry
WHERE greater.campaign_id = lesser.campaign_id AND greater.currency = lesser.currency
ORDER BY greater.campaign_id, entries

-- name: whole
-- The records of the larger campaign that each campaign is a part of, for scale: one row per
-- record of the larger campaign, and per part of it.
SELECT
  part.name AS campaign,
  whole.name AS larger_campaign,
  whole.organisation,
  coalesce(spend.channel, spend.category) AS booked_for,
  spend.record,
  spend.currency,
  spend.low,
  spend.high,
  sources.title AS source,
  spend.entry_id AS entries,
  part.campaign_id
FROM current_campaigns AS part
JOIN current_campaigns AS whole ON whole.campaign_id = part.part_of
JOIN current_spend AS spend ON spend.campaign_id = whole.campaign_id
JOIN current_sources AS sources ON sources.source_id = spend.source_id
WHERE spend.record = 'return'
ORDER BY campaign, spend.low DESC, spend.entry_id
