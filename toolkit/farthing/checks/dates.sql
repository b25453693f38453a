-- Days that cannot be: in the wrong order, outside of a campaign, in the future.
--
-- Periods are half-open: ends_before is the day after the last. Where a day is not on the book
-- nothing is said of it.

-- name: paid_before_invoice
-- holds: No invoice is paid before its day.
-- fails: the payment is dated before the invoice that it names
-- open: nothing
-- stake: the payment
-- One row per payment that names an invoice of the same payee by its reference, both with a day.
WITH invoices AS (
  SELECT
    lower(trim(payee)) AS payee, document_ref, currency,
    min(incurred_on) AS invoiced_on, min(entry_id) AS invoice_entry
  FROM current_spend
  WHERE record = 'invoice' AND payee IS NOT NULL AND document_ref IS NOT NULL
    AND incurred_on IS NOT NULL
  GROUP BY lower(trim(payee)), document_ref, currency
)
SELECT
  'spend' AS ledger,
  paid.entry_id,
  paid.incurred_on >= invoices.invoiced_on AS holds,
  paid.low, paid.high, paid.currency,
  paid.incurred_on AS paid_on,
  invoices.invoiced_on,
  invoices.invoice_entry
FROM current_spend AS paid
JOIN invoices
  ON invoices.payee = lower(trim(paid.payee))
  AND invoices.document_ref = paid.document_ref
  AND invoices.currency = paid.currency
WHERE paid.record = 'payment' AND paid.incurred_on IS NOT NULL

-- name: spend_in_campaign
-- holds: Money is spent within the days of its campaign.
-- fails: the money falls on a day outside of the campaign's own days
-- open: the campaign's days are not on the book, or the row's period reaches beyond them
-- stake: the rows
-- One row per row of spend with a day or a period, that is no part of another.
SELECT
  'spend' AS ledger,
  spend.entry_id,
  CASE
    WHEN spend.incurred_on IS NOT NULL
    THEN spend.incurred_on >= campaigns.starts_on AND spend.incurred_on < campaigns.ends_before
    WHEN spend.ends_before <= campaigns.starts_on OR spend.starts_on >= campaigns.ends_before
    THEN false
    WHEN spend.starts_on >= campaigns.starts_on AND spend.ends_before <= campaigns.ends_before
    THEN true
  END AS holds,
  spend.low, spend.high, spend.currency,
  coalesce(spend.incurred_on, spend.starts_on) AS spent_on,
  campaigns.starts_on AS campaign_starts_on,
  campaigns.ends_before AS campaign_ends_before,
  spend.campaign_id
FROM whole_spend AS spend LEFT JOIN current_campaigns AS campaigns USING (campaign_id)
WHERE coalesce(spend.incurred_on, spend.starts_on) IS NOT NULL

-- name: reach_in_campaign
-- holds: Delivery falls within the days of its campaign.
-- fails: the delivery is of a period outside of the campaign's own days
-- open: the campaign's days are not on the book, or the row's period reaches beyond them
-- One row per row of reach with a whole period.
SELECT
  'reach' AS ledger,
  reach.entry_id,
  CASE
    WHEN reach.ends_before <= campaigns.starts_on OR reach.starts_on >= campaigns.ends_before
    THEN false
    WHEN reach.starts_on >= campaigns.starts_on AND reach.ends_before <= campaigns.ends_before
    THEN true
  END AS holds,
  reach.starts_on,
  reach.ends_before,
  campaigns.starts_on AS campaign_starts_on,
  campaigns.ends_before AS campaign_ends_before,
  reach.campaign_id
FROM current_reach AS reach LEFT JOIN current_campaigns AS campaigns USING (campaign_id)
WHERE reach.starts_on IS NOT NULL AND reach.ends_before IS NOT NULL

-- name: part_in_whole
-- holds: A campaign runs within the days of the larger one that it is a part of.
-- fails: the campaign's days and those of the larger one have no day in common
-- open: the days of one of the two are not on the book
-- One row per campaign that is a part of another.
SELECT
  'campaigns' AS ledger,
  part.entry_id,
  NOT (part.ends_before <= whole.starts_on OR part.starts_on >= whole.ends_before) AS holds,
  part.name AS campaign,
  part.starts_on,
  part.ends_before,
  whole.name AS larger_campaign,
  whole.starts_on AS larger_starts_on,
  whole.ends_before AS larger_ends_before
FROM current_campaigns AS part JOIN current_campaigns AS whole ON whole.campaign_id = part.part_of

-- name: future
-- holds: Nothing is dated after the day it was imported.
-- fails: the row is dated more than a day after its import, which is known by UTC
-- open: nothing
-- One row per row with a day on which something was spent, said, published, read or counted.
WITH days AS (
  SELECT 'spend' AS ledger, entry_id, batch_id, coalesce(incurred_on, starts_on) AS falls_on
  FROM current_spend
  UNION ALL
  SELECT 'budgets', entry_id, batch_id, stated_on FROM current_budgets
  UNION ALL
  SELECT 'statements', entry_id, batch_id, stated_on FROM current_statements
  UNION ALL
  SELECT 'reach', entry_id, batch_id, starts_on FROM current_reach
  UNION ALL
  SELECT 'contests', entry_id, batch_id, held_on FROM current_contests
  UNION ALL
  SELECT 'sources', entry_id, batch_id, greatest(published_on, accessed_on) FROM current_sources
)
SELECT
  days.ledger,
  days.entry_id,
  days.falls_on <= CAST(imports.posted_at + INTERVAL 1 DAY AS DATE) AS holds,
  days.falls_on,
  CAST(imports.posted_at AS DATE) AS imported_on
FROM days JOIN imports USING (batch_id)
WHERE days.falls_on IS NOT NULL

-- name: distant
-- holds: No day lies before 1900.
-- fails: the row is dated before 1900, as a year that was typed short is
-- open: nothing
-- One row per row of spend, reach, budgets, statements or campaigns with a day.
WITH days AS (
  SELECT 'spend' AS ledger, entry_id, coalesce(incurred_on, starts_on) AS falls_on
  FROM current_spend
  UNION ALL
  SELECT 'reach', entry_id, coalesce(starts_on, ends_before) FROM current_reach
  UNION ALL
  SELECT 'budgets', entry_id, stated_on FROM current_budgets
  UNION ALL
  SELECT 'statements', entry_id, stated_on FROM current_statements
  UNION ALL
  SELECT 'campaigns', entry_id, coalesce(starts_on, ends_before) FROM current_campaigns
)
SELECT ledger, entry_id, falls_on >= DATE '1900-01-01' AS holds, falls_on
FROM days
WHERE falls_on IS NOT NULL

-- name: said_before_published
-- holds: What a source holds was said or spent before the source came out.
-- fails: the row is dated after the day its own source was published
-- open: nothing
-- One row per statement of money or of anything else, and per line of a return, with a day, whose
-- source has a day of publication. One day of grace: places lie in other zones of time.
WITH days AS (
  SELECT 'spend' AS ledger, entry_id, source_id, coalesce(incurred_on, starts_on) AS falls_on
  FROM current_spend WHERE record = 'return'
  UNION ALL
  SELECT 'budgets', entry_id, source_id, stated_on FROM current_budgets
  UNION ALL
  SELECT 'statements', entry_id, source_id, stated_on FROM current_statements
)
SELECT
  days.ledger,
  days.entry_id,
  days.falls_on <= sources.published_on + INTERVAL 1 DAY AS holds,
  days.falls_on,
  sources.published_on,
  sources.title AS source
FROM days JOIN current_sources AS sources USING (source_id)
WHERE days.falls_on IS NOT NULL AND sources.published_on IS NOT NULL

-- name: read_before_published
-- holds: No source was read before it came out.
-- fails: the source was read before the day it was published
-- open: nothing
-- One row per source with both days. One day of grace: places lie in other zones of time.
SELECT
  'sources' AS ledger,
  entry_id,
  published_on <= accessed_on + INTERVAL 1 DAY AS holds,
  published_on,
  accessed_on,
  title AS source
FROM current_sources
WHERE published_on IS NOT NULL AND accessed_on IS NOT NULL

-- name: delivered_before_charged
-- weight: hint
-- holds: Platforms charge for days on which something was delivered, or after them.
-- fails: platforms charged for the campaign, and all of it before anything was delivered
-- open: nothing
-- stake: the charges
-- One row per campaign and currency with dated charges of platforms and dated delivery.
WITH charged AS (
  SELECT
    campaign_id, currency,
    max(coalesce(incurred_on, ends_before)) AS last_charged_on,
    CASE WHEN count(low) = count(*) THEN sum(low) END AS low,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high
  FROM counted_spend
  WHERE record = 'platform' AND coalesce(incurred_on, ends_before) IS NOT NULL
  GROUP BY campaign_id, currency
), delivered AS (
  SELECT campaign_id, min(starts_on) AS first_delivered_on
  FROM current_reach
  WHERE starts_on IS NOT NULL
  GROUP BY campaign_id
)
SELECT
  'campaigns' AS ledger,
  campaigns.entry_id,
  charged.last_charged_on >= delivered.first_delivered_on AS holds,
  charged.low, charged.high, charged.currency,
  charged.last_charged_on,
  delivered.first_delivered_on,
  campaigns.name AS campaign
FROM charged
JOIN delivered USING (campaign_id)
JOIN current_campaigns AS campaigns USING (campaign_id)
