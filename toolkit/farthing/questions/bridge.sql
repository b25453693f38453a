-- What was asked for, approved, said to be spent, booked and delivered, campaign by campaign.
--
-- Two statements of one stage are two accounts of the same money: the account nearest to the
-- thing itself stands, those of equal rank are joined to the range that holds them all, and
-- nothing is added. Booked and delivered money is added up over records of one kind; a return
-- stands before payments, and payments before invoices, since the same pound is in all three. Of a
-- row and its parts the row is counted (whole_spend); several series of one record tell of the same
-- money, and are held against each other (spend_totals).

-- name: stages
-- Money of each campaign that somebody asked for or said was spent: one row per campaign,
-- currency and stage. A stage without a statement or record is a row that says so; seen_in has
-- every currency that the campaign's money of this stage is in.
WITH ranked AS (
  SELECT
    budgets.*,
    CASE sources.rank
      WHEN 'record' THEN 1 WHEN 'regulator' THEN 2 WHEN 'audited_return' THEN 3
      WHEN 'named_witness' THEN 4 WHEN 'unnamed_witness' THEN 5 ELSE 6
    END AS rank
  FROM current_budgets AS budgets LEFT JOIN current_sources AS sources USING (source_id)
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
  JOIN current_budgets AS greater ON greater.entry_id = comparisons.greater_entry
  JOIN current_budgets AS lesser ON lesser.entry_id = comparisons.lesser_entry
  LEFT JOIN current_comparisons AS opposite
    ON opposite.greater_entry = comparisons.lesser_entry
    AND opposite.lesser_entry = comparisons.greater_entry
  WHERE greater.campaign_id = lesser.campaign_id AND greater.currency = lesser.currency
    AND opposite.entry_id IS NULL
  GROUP BY comparisons.greater_entry
), bounded AS (
  -- a sum that is known to be smaller is left as it is: then sum and contrast contradict
  SELECT
    statements.* EXCLUDE (low),
    CASE WHEN above > high THEN low ELSE greatest(low, above) END AS low
  FROM statements LEFT JOIN contrasts USING (entry_id)
), said AS (
  SELECT
    campaign_id,
    currency,
    stage,
    CASE WHEN count(low) = count(*) THEN min(low) END AS low,
    CASE WHEN count(high) = count(*) THEN max(high) END AS high,
    string_agg(DISTINCT basis, ' / ' ORDER BY basis) AS basis,
    string_agg(DISTINCT wording, ' / ' ORDER BY wording) AS wording,
    string_agg(DISTINCT said_by, ' / ' ORDER BY said_by) AS said_by,
    string_agg(DISTINCT reported_by, ' / ' ORDER BY reported_by) AS reported_by,
    count(*) AS statements,
    string_agg(entry_id, ' ' ORDER BY entry_id) AS entries
  FROM bounded
  GROUP BY campaign_id, currency, stage
), records AS (
  SELECT
    spend.*,
    totals.series AS told,
    totals.low AS total_low,
    totals.high AS total_high,
    CASE WHEN spend.record = 'platform' THEN 'delivered' ELSE 'booked' END AS stage,
    CASE spend.record WHEN 'return' THEN 1 WHEN 'payment' THEN 2 ELSE 3 END AS nearest
  FROM whole_spend AS spend
  JOIN spend_totals AS totals
    ON totals.campaign_id = spend.campaign_id
    AND totals.record = spend.record
    AND totals.currency = spend.currency
), booked AS (
  SELECT
    campaign_id,
    currency,
    stage,
    any_value(total_low) AS low,
    any_value(total_high) AS high,
    CASE WHEN count(*) = 1 THEN any_value(basis) ELSE 'derived' END AS basis,
    CASE
      WHEN count(*) = 1 THEN any_value(wording)
      WHEN any_value(told) = 1 THEN count(*) || ' rows'
      ELSE count(*) || ' rows in ' || any_value(told) || ' tables of the same money'
    END AS wording,
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
), currencies AS (
  SELECT campaign_id, stage, string_agg(DISTINCT currency, ', ' ORDER BY currency) AS seen_in
  FROM seen
  GROUP BY campaign_id, stage
), wanted AS (
  SELECT DISTINCT campaign_id, currency
  FROM seen
  WHERE campaign_id IN (SELECT campaign_id FROM said)
)
SELECT
  coalesce(campaigns.name, wanted.campaign_id) AS campaign,
  order_of_stages.step,
  order_of_stages.stage,
  wanted.currency,
  seen.low,
  seen.high,
  seen.basis,
  seen.wording,
  seen.said_by,
  seen.reported_by,
  coalesce(seen.statements, 0) AS statements,
  currencies.seen_in,
  seen.entries,
  wanted.campaign_id
FROM wanted
CROSS JOIN order_of_stages
LEFT JOIN current_campaigns AS campaigns USING (campaign_id)
LEFT JOIN seen
  ON seen.campaign_id = wanted.campaign_id
  AND seen.currency = wanted.currency
  AND seen.stage = order_of_stages.stage
LEFT JOIN currencies
  ON currencies.campaign_id = wanted.campaign_id AND currencies.stage = order_of_stages.stage
ORDER BY campaign, wanted.campaign_id, wanted.currency, step

-- name: accounts
-- Every statement of a campaign's money, those that stand in the bridge and those that do not:
-- one row per statement. Whoever denies a sum, or gives it as an opinion, is here alone.
SELECT
  coalesce(campaigns.name, budgets.campaign_id) AS campaign,
  budgets.stage,
  budgets.currency,
  budgets.low,
  budgets.high,
  budgets.basis,
  budgets.wording,
  budgets.said_by,
  budgets.reported_by,
  budgets.modality,
  coalesce(sources.rank, 'opinion') AS nearness,
  budgets.entry_id AS entries,
  budgets.campaign_id
FROM current_budgets AS budgets
LEFT JOIN current_campaigns AS campaigns USING (campaign_id)
LEFT JOIN current_sources AS sources ON sources.source_id = budgets.source_id
ORDER BY campaign, budgets.campaign_id, budgets.stage, budgets.entry_id

-- name: contrasts
-- Which sum of a campaign is said to be greater than which, whatever their sizes: one row per
-- comparison. One whose sums have been replaced or withdrawn since is not in force.
SELECT
  coalesce(campaigns.name, greater.campaign_id) AS campaign,
  greater.currency,
  greater.stage AS greater_stage,
  greater.low AS greater_low,
  greater.high AS greater_high,
  lesser.stage AS lesser_stage,
  lesser.low AS lesser_low,
  lesser.high AS lesser_high,
  comparisons.said_by,
  comparisons.reported_by,
  comparisons.quote,
  greater.entry_id IN (SELECT entry_id FROM current_budgets)
    AND lesser.entry_id IN (SELECT entry_id FROM current_budgets) AS in_force,
  greater.entry_id AS greater_entries,
  lesser.entry_id AS lesser_entries,
  comparisons.entry_id AS entries,
  greater.campaign_id
FROM current_comparisons AS comparisons
JOIN budgets AS greater ON greater.entry_id = comparisons.greater_entry
JOIN budgets AS lesser ON lesser.entry_id = comparisons.lesser_entry
LEFT JOIN current_campaigns AS campaigns ON campaigns.campaign_id = greater.campaign_id
WHERE greater.campaign_id = lesser.campaign_id AND greater.currency = lesser.currency
ORDER BY greater.campaign_id, comparisons.entry_id

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
LEFT JOIN current_sources AS sources ON sources.source_id = spend.source_id
WHERE spend.record = 'return'
ORDER BY campaign, part.campaign_id, spend.low DESC, spend.entry_id
