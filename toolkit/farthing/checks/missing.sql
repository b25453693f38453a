-- What is not there: rows that were refused, rows that are fewer than stated, gaps, blanks.
--
-- That something is not on the book does not show that it did not happen.

-- name: quarantine
-- holds: No row of an imported file was refused and left out.
-- fails: the row was refused and is in no answer
-- open: nothing
-- stake: what could be read of the amounts
-- One row per row in quarantine; it is named by its file and line. A book without one has none
-- to look at.
SELECT
  'quarantine' AS ledger,
  file || ':' || line AS entry_id,
  false AS holds,
  low, high, unit AS currency,
  entry_id AS refused_entry
FROM quarantine

-- name: rows_of_source
-- holds: Each source has as many rows on the book as are stated of it.
-- fails: the rows on the book are not as many as stated
-- open: the statement gives no number
-- One row per statement called "rows of <source_id>" in the unit rows. Rows that were replaced
-- or reversed count: they were imported.
WITH posted AS (
  SELECT source_id, count(*) AS rows
  FROM (
    SELECT source_id, batch_id FROM spend WHERE supersedes IS NULL AND reverses IS NULL
    UNION ALL
    SELECT source_id, batch_id FROM reach WHERE supersedes IS NULL AND reverses IS NULL
    UNION ALL
    SELECT source_id, batch_id FROM contests WHERE supersedes IS NULL AND reverses IS NULL
    UNION ALL
    SELECT source_id, batch_id FROM budgets WHERE supersedes IS NULL AND reverses IS NULL
    UNION ALL
    SELECT source_id, batch_id FROM resources WHERE supersedes IS NULL AND reverses IS NULL
  ) AS every
  JOIN known_imports USING (batch_id)
  GROUP BY source_id
)
SELECT
  'statements' AS ledger,
  stated.entry_id,
  CASE WHEN coalesce(stated.low, stated.high) IS NOT NULL
       THEN coalesce(coalesce(posted.rows, 0) >= stated.low, true)
            AND coalesce(coalesce(posted.rows, 0) <= stated.high, true) END AS holds,
  stated.quantity,
  stated.wording AS stated,
  coalesce(posted.rows, 0) AS on_the_book,
  stated.said_by
FROM current_statements AS stated
LEFT JOIN posted ON stated.quantity = 'rows of ' || posted.source_id
WHERE stated.quantity LIKE 'rows of %' AND stated.unit = 'rows'

-- name: weeks
-- weight: hint
-- holds: Where a record has a row in most weeks, none is missing.
-- fails: one week or more without a row comes after it, in a record that has rows in most weeks
-- of: weeks
-- open: nothing
-- One row per week with a row, of each campaign, record and series with rows in at least eight
-- weeks, and in three of four weeks from its first to its last. Weeks begin on Mondays.
WITH weeks AS (
  SELECT
    campaign_id, record, coalesce(series, '') AS series,
    date_trunc('week', coalesce(incurred_on, starts_on)) AS week,
    max(entry_id) AS entry_id
  FROM current_spend
  WHERE coalesce(incurred_on, starts_on) IS NOT NULL
  GROUP BY
    campaign_id, record, coalesce(series, ''), date_trunc('week', coalesce(incurred_on, starts_on))
), runs AS (
  SELECT
    *,
    lead(week) OVER (PARTITION BY campaign_id, record, series ORDER BY week) AS next_week,
    count(*) OVER (PARTITION BY campaign_id, record, series) AS seen,
    date_diff(
      'day',
      min(week) OVER (PARTITION BY campaign_id, record, series),
      max(week) OVER (PARTITION BY campaign_id, record, series)
    ) / 7 + 1 AS spanned
  FROM weeks
)
SELECT
  'spend' AS ledger,
  entry_id,
  coalesce(next_week <= week + INTERVAL 7 DAY, true) AS holds,
  campaign_id,
  record,
  CAST(week AS DATE) AS week,
  CAST(next_week AS DATE) AS next_week
FROM runs
WHERE seen >= 8 AND 4 * seen >= 3 * spanned

-- name: delivery
-- weight: hint
-- holds: Each campaign that a platform charged for has a record of delivery.
-- fails: a platform charged for the campaign and no delivery of it is on the book
-- open: the book holds no delivery of any campaign
-- stake: what platforms charged
-- One row per campaign and currency that platforms charged in.
SELECT
  'campaigns' AS ledger,
  campaigns.entry_id,
  CASE
    WHEN EXISTS (SELECT 1 FROM current_reach) THEN delivered.campaign_id IS NOT NULL
  END AS holds,
  totals.low, totals.high, totals.currency,
  campaigns.name AS campaign
FROM spend_totals AS totals
JOIN current_campaigns AS campaigns USING (campaign_id)
LEFT JOIN (SELECT DISTINCT campaign_id FROM current_reach) AS delivered
  ON delivered.campaign_id = totals.campaign_id
WHERE totals.record = 'platform'

-- name: charge
-- weight: hint
-- holds: Each campaign that was delivered has money on the book.
-- fails: delivery of the campaign is on the book and no money of it is
-- open: the book holds no money of any campaign
-- One row per campaign with a record of delivery.
WITH paid AS (
  SELECT DISTINCT campaign_id FROM current_spend
  UNION
  SELECT DISTINCT campaign_id FROM current_budgets
)
SELECT
  'campaigns' AS ledger,
  campaigns.entry_id,
  CASE WHEN EXISTS (SELECT 1 FROM paid) THEN paid.campaign_id IS NOT NULL END AS holds,
  campaigns.name AS campaign
FROM (SELECT DISTINCT campaign_id FROM current_reach) AS delivered
JOIN current_campaigns AS campaigns USING (campaign_id)
LEFT JOIN paid ON paid.campaign_id = delivered.campaign_id

-- name: sum_of_budget
-- weight: hint
-- holds: Each statement of money names a sum.
-- fails: money is said to have been asked for, approved or spent, and no sum is named
-- open: nothing
-- One row per statement of money that is not denied. A word such as "a fortune", which has no upper
-- end, names no sum.
SELECT
  'budgets' AS ledger,
  entry_id,
  coalesce(low, high) IS NOT NULL AND NOT (basis = 'vague' AND high IS NULL) AS holds,
  stage,
  wording,
  said_by,
  reported_by
FROM current_budgets
WHERE modality IN ('asserted', 'hedged')

-- name: sum_of_spend
-- weight: hint
-- holds: Each row of spend has an amount.
-- fails: the amount is unknown, so totals of the campaign are too
-- open: nothing
-- One row per row of spend.
SELECT
  'spend' AS ledger,
  entry_id,
  coalesce(low, high) IS NOT NULL AS holds,
  campaign_id,
  payee,
  wording
FROM current_spend

-- name: sum_of_transfer
-- weight: hint
-- holds: Each transfer names a sum.
-- fails: money is said to have been moved, and no sum is named
-- open: nothing
-- One row per transfer that is not denied.
SELECT
  'transfers' AS ledger,
  entry_id,
  coalesce(low, high) IS NOT NULL AS holds,
  from_organisation,
  to_organisation,
  said_by,
  reported_by
FROM current_transfers
WHERE modality IN ('asserted', 'hedged')

-- name: payee
-- weight: hint
-- holds: Each invoice and payment names its payee.
-- fails: no payee is named
-- open: nothing
-- stake: the rows
-- One row per invoice and payment that is no part of another.
SELECT
  'spend' AS ledger,
  entry_id,
  payee IS NOT NULL AND trim(payee) <> '' AS holds,
  low, high, currency,
  record,
  campaign_id,
  document_ref
FROM whole_spend
WHERE record IN ('invoice', 'payment')

-- name: reference
-- weight: hint
-- holds: Each invoice and payment has a reference by which its document is found.
-- fails: no document is named
-- open: nothing
-- stake: the rows
-- One row per invoice and payment that is no part of another.
SELECT
  'spend' AS ledger,
  entry_id,
  document_ref IS NOT NULL AND trim(document_ref) <> '' AS holds,
  low, high, currency,
  record,
  campaign_id,
  payee
FROM whole_spend
WHERE record IN ('invoice', 'payment')

-- name: address_of_source
-- weight: hint
-- holds: Each source can be looked up.
-- fails: the source has neither an address nor the hash of a file
-- open: nothing
-- One row per source.
SELECT
  'sources' AS ledger,
  entry_id,
  url IS NOT NULL OR sha256 IS NOT NULL AS holds,
  title AS source,
  publisher
FROM current_sources

-- name: day_of_source
-- weight: hint
-- holds: Each source has the day it came out or was read.
-- fails: neither the day it was published nor the day it was read is on the book
-- open: nothing
-- One row per source.
SELECT
  'sources' AS ledger,
  entry_id,
  coalesce(published_on, accessed_on) IS NOT NULL AS holds,
  title AS source,
  publisher
FROM current_sources

-- name: lists
-- weight: hint
-- holds: What was invoiced and what was paid are the same.
-- fails: what was invoiced and what was paid are not the same
-- open: the book has invoices without payments, or payments without invoices
-- of: things
-- One row per currency: how many things were invoiced, how many paid, and how many both. A thing
-- is a payee and an exact amount; parts of another row are left out.
WITH things AS (
  SELECT
    currency, lower(trim(payee)) AS payee, low,
    count(*) FILTER (WHERE record = 'invoice') AS invoices,
    count(*) FILTER (WHERE record = 'payment') AS payments
  FROM current_spend
  WHERE record IN ('invoice', 'payment') AND payee IS NOT NULL AND low = high AND part_of IS NULL
  GROUP BY currency, lower(trim(payee)), low
)
SELECT
  currency,
  count(*) FILTER (WHERE invoices > 0) AS invoiced,
  count(*) FILTER (WHERE payments > 0) AS paid,
  count(*) FILTER (WHERE invoices > 0 AND payments > 0) AS both_lists
FROM things
GROUP BY currency
ORDER BY currency

-- rows: lists
WITH things AS (
  SELECT
    currency, lower(trim(payee)) AS payee, low
  FROM current_spend
  WHERE record IN ('invoice', 'payment') AND payee IS NOT NULL AND low = high AND part_of IS NULL
  GROUP BY currency, lower(trim(payee)), low
  HAVING min(record) = max(record)
)
SELECT spend.currency, 'spend' AS ledger, spend.entry_id, spend.record, spend.payee,
  spend.low, spend.high
FROM current_spend AS spend
JOIN things
  ON things.currency = spend.currency
  AND things.payee = lower(trim(spend.payee))
  AND things.low = spend.low
WHERE spend.record IN ('invoice', 'payment') AND spend.low = spend.high AND spend.part_of IS NULL
