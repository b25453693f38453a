-- What was asked for, approved, said to be spent, booked and delivered, by campaign and together.
--
-- What stands in each stage of a campaign is in the view campaign_stages, with the rule by which it
-- was chosen; a return stands before payments, and payments before invoices, since the same pound is
-- in all three. Of a row and its parts the row is counted (whole_spend); several series of one
-- record tell of the same money, and are held against each other (spend_totals).

-- name: stages
-- Money of each campaign by stage: one row per campaign, currency and stage, for the 100 of which
-- most is in dispute, said or known. A stage without a statement or record is a row that says so;
-- seen_in has every currency that the campaign's money of this stage is in. Counted is whether the
-- row enters the sums over campaigns: not where a larger campaign holds it, nor where it is of all
-- of a publisher's advertisers together and some of them are on the book by name. Of_all is of how
-- many campaigns and currencies the book has money, only_recorded of how many it has records alone.
WITH seen AS (
  SELECT * FROM campaign_stages
), disputed AS (
  SELECT DISTINCT campaign_id, currency
  FROM current_budgets
  GROUP BY campaign_id, currency, stage
  HAVING max(CASE WHEN modality IN ('denied', 'opinion') THEN 1 ELSE 0 END) = 1
    OR max(low) > min(high)
), money AS (
  SELECT
    campaign_id,
    currency,
    count(*) AS known,
    max(CASE WHEN stage IN ('booked', 'delivered') THEN 0 ELSE 1 END) AS is_said,
    max(coalesce(high, low)) AS size
  FROM seen
  GROUP BY campaign_id, currency
), chosen AS (
  SELECT
    money.campaign_id,
    money.currency,
    count(*) OVER () AS of_all,
    CAST(sum(1 - is_said) OVER () AS BIGINT) AS only_recorded
  FROM money
  LEFT JOIN disputed
    ON disputed.campaign_id = money.campaign_id AND disputed.currency = money.currency
  QUALIFY row_number() OVER (
    ORDER BY disputed.campaign_id IS NULL, is_said DESC, known DESC, size DESC NULLS LAST,
      money.campaign_id, money.currency
  ) <= 100
), order_of_stages AS (
  SELECT * FROM (
    VALUES (1, 'requested'), (2, 'approved'), (3, 'claimed'), (4, 'booked'), (5, 'delivered')
  ) AS stages (step, stage)
), currencies AS (
  SELECT campaign_id, stage, string_agg(DISTINCT currency, ', ' ORDER BY currency) AS seen_in
  FROM seen
  WHERE campaign_id IN (SELECT campaign_id FROM chosen)
  GROUP BY campaign_id, stage
)
SELECT
  coalesce(campaigns.name, chosen.campaign_id) AS campaign,
  coalesce(campaigns.organisation, chosen.campaign_id) AS organisation,
  order_of_stages.step,
  order_of_stages.stage,
  chosen.currency,
  seen.low,
  seen.high,
  seen.basis,
  seen.wording,
  seen.said_by,
  seen.reported_by,
  coalesce(seen.statements, 0) AS statements,
  currencies.seen_in,
  seen.counted,
  seen.entries,
  chosen.campaign_id,
  chosen.of_all,
  chosen.only_recorded
FROM chosen
CROSS JOIN order_of_stages
LEFT JOIN current_campaigns AS campaigns ON campaigns.campaign_id = chosen.campaign_id
LEFT JOIN seen
  ON seen.campaign_id = chosen.campaign_id
  AND seen.currency = chosen.currency
  AND seen.stage = order_of_stages.stage
LEFT JOIN currencies
  ON currencies.campaign_id = chosen.campaign_id AND currencies.stage = order_of_stages.stage
ORDER BY campaign, chosen.campaign_id, chosen.currency, step

-- rows: stages
SELECT campaign_id, currency, stage, 'budgets' AS ledger, entry_id FROM standing_budgets
UNION ALL
SELECT spend.campaign_id, spend.currency, stages.stage, 'spend', spend.entry_id
FROM whole_spend AS spend
JOIN campaign_stages AS stages
  ON stages.campaign_id = spend.campaign_id
  AND stages.currency = spend.currency
  AND stages.record = spend.record

-- name: organisations
-- The same money by the organisation that runs the campaigns: one row per organisation, currency
-- and stage, with the number of campaigns that have money of the stage, the largest first. A sum
-- has a bound only where each of its campaigns has one. What a larger campaign holds is not
-- counted again, nor what is told of all advertisers together beside some by name.
WITH sums AS (
  SELECT
    coalesce(campaigns.organisation, stages.campaign_id) AS organisation,
    stages.stage,
    stages.currency,
    CASE WHEN count(stages.low) = count(*) THEN sum(stages.low) END AS low,
    CASE WHEN count(stages.high) = count(*) THEN sum(stages.high) END AS high,
    count(*) AS campaigns
  FROM campaign_stages AS stages
  LEFT JOIN current_campaigns AS campaigns ON campaigns.campaign_id = stages.campaign_id
  WHERE stages.counted
  GROUP BY coalesce(campaigns.organisation, stages.campaign_id), stages.stage, stages.currency
)
SELECT *
FROM sums
ORDER BY
  max(coalesce(high, low)) OVER (PARTITION BY organisation) DESC NULLS LAST,
  organisation,
  currency,
  CASE stage WHEN 'requested' THEN 1 WHEN 'approved' THEN 2 WHEN 'claimed' THEN 3
    WHEN 'booked' THEN 4 ELSE 5 END

-- rows: organisations
WITH counted AS (
  SELECT coalesce(campaigns.organisation, stages.campaign_id) AS organisation, stages.*
  FROM campaign_stages AS stages
  LEFT JOIN current_campaigns AS campaigns ON campaigns.campaign_id = stages.campaign_id
  WHERE stages.counted
)
SELECT counted.organisation, counted.stage, counted.currency, 'budgets' AS ledger, budgets.entry_id
FROM counted JOIN standing_budgets AS budgets
  ON budgets.campaign_id = counted.campaign_id
  AND budgets.currency = counted.currency
  AND budgets.stage = counted.stage
UNION ALL
SELECT counted.organisation, counted.stage, counted.currency, 'spend', spend.entry_id
FROM counted JOIN whole_spend AS spend
  ON spend.campaign_id = counted.campaign_id
  AND spend.currency = counted.currency
  AND spend.record = counted.record

-- name: kin
-- Organisations of one family: one row per pair and reason. Two that run campaigns are of one
-- family where a transfer moves money from one to the other, or where a campaign of the one is a part
-- of a campaign of the other. Who only asks for a campaign is not of the family for that.
SELECT DISTINCT from_organisation AS organisation, to_organisation AS other,
  'money is moved between them' AS reason
FROM current_transfers
WHERE modality IN ('asserted', 'hedged')
  AND from_organisation IN (SELECT organisation FROM current_campaigns)
  AND to_organisation IN (SELECT organisation FROM current_campaigns)
UNION
SELECT DISTINCT part.organisation, whole.organisation,
  'a campaign of one is a part of a campaign of the other'
FROM current_campaigns AS part
JOIN current_campaigns AS whole ON whole.campaign_id = part.part_of
WHERE part.organisation <> whole.organisation
ORDER BY organisation, other, reason

-- name: transfers
-- Money moved between two organisations, as said: one row per giver, receiver and currency. What one
-- witness tells is added up. Two may tell of one movement or of two: it is no less than the least of
-- what each tells, and no more than all of it. A movement without a figure is of an unknown size.
-- What is denied or only an opinion is left out.
WITH told AS (
  SELECT
    from_organisation,
    to_organisation,
    currency,
    said_by,
    CASE WHEN count(low) = count(*) THEN sum(low) END AS low,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high,
    count(*) AS statements,
    CASE WHEN count(*) <= 20 THEN string_agg(entry_id, ' ' ORDER BY entry_id) END AS entries
  FROM current_transfers
  WHERE modality IN ('asserted', 'hedged')
  GROUP BY from_organisation, to_organisation, currency, said_by
)
SELECT
  from_organisation,
  to_organisation,
  currency,
  CASE WHEN count(low) = count(*) THEN min(low) END AS low,
  CASE WHEN count(high) = count(*) THEN sum(high) END AS high,
  CAST(sum(statements) AS BIGINT) AS statements,
  CASE WHEN count(*) <= 20 THEN string_agg(said_by, ' / ' ORDER BY said_by)
    ELSE count(*) || ' speakers' END AS said_by,
  CASE WHEN sum(statements) <= 20 THEN string_agg(entries, ' ' ORDER BY entries) END AS entries
FROM told
GROUP BY from_organisation, to_organisation, currency
ORDER BY from_organisation, to_organisation, currency

-- rows: transfers
SELECT from_organisation, to_organisation, currency, 'transfers' AS ledger, entry_id
FROM current_transfers
WHERE modality IN ('asserted', 'hedged')

-- name: accounts
-- Every statement of a campaign's money, those that stand in the bridge and those that do not: one
-- row per statement, at most 2,000, those of campaigns in dispute first. Whoever denies a sum, or
-- gives it as an opinion, is here alone. Of_all is how many statements there are.
WITH disputed AS (
  SELECT DISTINCT campaign_id, currency
  FROM current_budgets
  GROUP BY campaign_id, currency, stage
  HAVING max(CASE WHEN modality IN ('denied', 'opinion') THEN 1 ELSE 0 END) = 1
    OR max(low) > min(high)
)
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
  budgets.campaign_id,
  count(*) OVER () AS of_all
FROM current_budgets AS budgets
LEFT JOIN current_campaigns AS campaigns ON campaigns.campaign_id = budgets.campaign_id
LEFT JOIN current_sources AS sources ON sources.source_id = budgets.source_id
LEFT JOIN disputed
  ON disputed.campaign_id = budgets.campaign_id AND disputed.currency = budgets.currency
QUALIFY row_number() OVER (
  ORDER BY disputed.campaign_id IS NULL, budgets.campaign_id, budgets.stage, budgets.entry_id
) <= 1000
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
-- The return of the larger campaign that a campaign with a claimed sum is a part of, for scale: one
-- row per campaign and line of the return, by channel or category, the 12 largest of each.
WITH parts AS (
  SELECT * FROM current_campaigns
  WHERE campaign_id IN (SELECT campaign_id FROM standing_budgets WHERE stage = 'claimed')
), returned AS (
  SELECT
    entry_id, part_of, campaign_id, series, currency, low, high, source_id,
    coalesce(channel, category) AS booked_for
  FROM current_spend
  WHERE record = 'return' AND campaign_id IN (SELECT part_of FROM parts)
), lines AS (
  SELECT
    item.campaign_id,
    item.booked_for,
    item.series,
    item.currency,
    CASE WHEN count(item.low) = count(*) THEN sum(item.low) END AS low,
    CASE WHEN count(item.high) = count(*) THEN sum(item.high) END AS high,
    CASE WHEN count(DISTINCT item.source_id) = 1 THEN min(item.source_id) END AS source_id,
    count(*) AS statements,
    CASE WHEN count(*) = 1 THEN min(item.entry_id) END AS entries
  FROM returned AS item
  LEFT JOIN returned AS parent
    ON parent.entry_id = item.part_of
    AND parent.campaign_id = item.campaign_id
    AND parent.booked_for IS NOT DISTINCT FROM item.booked_for
  WHERE parent.entry_id IS NULL
  GROUP BY item.campaign_id, item.booked_for, item.series, item.currency
)
SELECT
  part.name AS campaign,
  larger.name AS larger_campaign,
  larger.organisation,
  lines.booked_for,
  lines.series,
  lines.currency,
  lines.low,
  lines.high,
  lines.statements,
  sources.title AS source,
  lines.entries,
  part.campaign_id
FROM parts AS part
JOIN current_campaigns AS larger ON larger.campaign_id = part.part_of
JOIN lines ON lines.campaign_id = larger.campaign_id
LEFT JOIN current_sources AS sources ON sources.source_id = lines.source_id
QUALIFY row_number() OVER (
  PARTITION BY part.campaign_id
  ORDER BY lines.low DESC NULLS LAST, lines.booked_for, lines.series, lines.currency
) <= 12
ORDER BY campaign, part.campaign_id, lines.low DESC NULLS LAST, lines.booked_for, lines.series,
  lines.currency

-- rows: whole
WITH returned AS (
  SELECT
    entry_id, part_of, campaign_id, series, currency, low, high, source_id,
    coalesce(channel, category) AS booked_for
  FROM current_spend
  WHERE record = 'return' AND campaign_id IN (SELECT part_of FROM current_campaigns)
)
SELECT
  part.campaign_id,
  item.booked_for,
  item.series,
  item.currency,
  'spend' AS ledger,
  item.entry_id
FROM current_campaigns AS part
JOIN returned AS item ON item.campaign_id = part.part_of
LEFT JOIN returned AS parent
  ON parent.entry_id = item.part_of
  AND parent.campaign_id = item.campaign_id
  AND parent.booked_for IS NOT DISTINCT FROM item.booked_for
WHERE parent.entry_id IS NULL
