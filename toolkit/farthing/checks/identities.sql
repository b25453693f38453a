-- Sums that must come out: balances, parts and wholes, totals as stated, stages of money.
--
-- A sum of ranges is a range. Two ranges that share a value can both be true, so only what lies
-- apart fails; where a range has an open end that decides it, the check cannot tell.

-- shared: booked
WITH booked AS (
  SELECT * FROM spend_totals
  WHERE record <> 'platform'
  QUALIFY row_number() OVER (
    PARTITION BY campaign_id, currency
    ORDER BY CASE record WHEN 'return' THEN 1 WHEN 'payment' THEN 2 ELSE 3 END
  ) = 1
)

-- name: balance
-- holds: What was there at the start, and what came in, less what went out, is what is left.
-- fails: opening balance and receipts less payments do not come to the closing balance
-- of: accounts
-- open: one of opening balance, receipts, payments and closing balance has no figure
-- stake: the difference
-- One row per account and unit with a statement called "<account>: closing balance", or opening
-- balance, receipts or payments. Several statements of one figure are the range that holds all.
WITH parts AS (
  SELECT
    regexp_extract(quantity, '^(.*): (opening balance|receipts|payments|closing balance)$', 1)
      AS account,
    regexp_extract(quantity, '^(.*): (opening balance|receipts|payments|closing balance)$', 2)
      AS part,
    unit, low, high, entry_id
  FROM current_statements
  WHERE modality IN ('asserted', 'hedged')
), figures AS (
  SELECT
    account, unit, part,
    CASE WHEN count(low) = count(*) THEN min(low) END AS low,
    CASE WHEN count(high) = count(*) THEN max(high) END AS high,
    min(entry_id) AS entry_id
  FROM parts
  WHERE account <> ''
  GROUP BY account, unit, part
), accounts AS (
  SELECT
    account, unit,
    max(CASE WHEN part = 'opening balance' THEN low END) AS opening_low,
    max(CASE WHEN part = 'opening balance' THEN high END) AS opening_high,
    max(CASE WHEN part = 'receipts' THEN low END) AS receipts_low,
    max(CASE WHEN part = 'receipts' THEN high END) AS receipts_high,
    max(CASE WHEN part = 'payments' THEN low END) AS payments_low,
    max(CASE WHEN part = 'payments' THEN high END) AS payments_high,
    max(CASE WHEN part = 'closing balance' THEN low END) AS closing_low,
    max(CASE WHEN part = 'closing balance' THEN high END) AS closing_high,
    min(entry_id) AS any_entry,
    max(CASE WHEN part = 'closing balance' THEN entry_id END) AS closing_entry
  FROM figures
  GROUP BY account, unit
)
SELECT
  'statements' AS ledger,
  coalesce(closing_entry, any_entry) AS entry_id,
  opening_low + receipts_low - payments_high <= closing_high
    AND closing_low <= opening_high + receipts_high - payments_low AS holds,
  opening_low + receipts_low - payments_high - closing_high AS low,
  opening_high + receipts_high - payments_low - closing_low AS high,
  unit AS currency,
  account
FROM accounts

-- name: part_within_whole
-- holds: No part is more than its whole.
-- fails: the part is more than the entry it is a part of
-- open: an open end leaves undecided whether the part is more than its whole
-- stake: what the part has beyond the whole
-- One row per row of spend that is a part of another of its campaign, record and currency.
SELECT
  'spend' AS ledger,
  part.entry_id,
  part.low <= whole.high AS holds,
  part.low - whole.high AS low,
  part.high - whole.low AS high,
  part.currency,
  part.wording AS part,
  whole.wording AS whole,
  whole.entry_id AS whole_entry
FROM current_spend AS part
JOIN current_spend AS whole ON whole.entry_id = part.part_of
WHERE whole.campaign_id = part.campaign_id
  AND whole.record = part.record
  AND whole.currency = part.currency

-- name: parts_within_whole
-- holds: The parts of one entry do not come to more than it.
-- fails: its parts, each channel counted once, come to more than the entry itself
-- open: an open end leaves undecided whether the parts come to more than the whole
-- stake: what the parts come to beyond the whole
-- One row per row of spend whose parts name their channel. Of several rows of a channel, which
-- may tell of the same money, the largest counts; parts by category only may overlap with it.
WITH channels AS (
  SELECT whole.entry_id, part.channel, max(part.low) AS low, max(part.high) AS high
  FROM current_spend AS part
  JOIN current_spend AS whole ON whole.entry_id = part.part_of
  WHERE part.channel IS NOT NULL
    AND whole.campaign_id = part.campaign_id
    AND whole.record = part.record
    AND whole.currency = part.currency
  GROUP BY whole.entry_id, part.channel
), parts AS (
  SELECT
    entry_id,
    count(*) AS channels,
    CASE WHEN count(low) = count(*) THEN sum(low) END AS low,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high
  FROM channels
  GROUP BY entry_id
)
SELECT
  'spend' AS ledger,
  whole.entry_id,
  parts.low <= whole.high AS holds,
  parts.low - whole.high AS low,
  parts.high - whole.low AS high,
  whole.currency,
  parts.channels
FROM parts JOIN current_spend AS whole USING (entry_id)

-- name: series_within_total
-- holds: No series of items comes to more than the total that the same record gives.
-- fails: the items of one series come to more than the total of another
-- open: an open end leaves undecided whether the items come to more than the total
-- stake: what the items come to beyond the total
-- One row per total without a day and series of items of the same campaign, record and currency.
WITH items AS (
  SELECT
    campaign_id, record, currency, series,
    CASE WHEN count(low) = count(*) THEN sum(low) END AS low,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high,
    count(*) AS items
  FROM whole_spend
  WHERE coalesce(incurred_on, starts_on) IS NOT NULL
  GROUP BY campaign_id, record, currency, series
)
SELECT
  'spend' AS ledger,
  total.entry_id,
  items.low <= total.high AS holds,
  items.low - total.high AS low,
  items.high - total.low AS high,
  total.currency,
  total.low AS total_low,
  total.high AS total_high,
  items.low AS items_low,
  items.high AS items_high,
  items.items,
  total.series AS total_series,
  items.series AS items_series
FROM whole_spend AS total
JOIN items
  ON items.campaign_id = total.campaign_id
  AND items.record = total.record
  AND items.currency = total.currency
  AND coalesce(items.series, '') <> total.series
WHERE coalesce(total.incurred_on, total.starts_on) IS NULL

-- name: consolidated
-- holds: Campaigns that are parts of a larger one do not come to more than it, transfers apart.
-- fails: the parts less the transfers between their organisations come to more than the whole
-- of: totals of larger campaigns
-- open: an open end or a transfer without a sum leaves it undecided
-- stake: what the parts come to beyond the whole
-- One row per larger campaign, record and currency that it and its parts have totals in. What
-- one organisation of the family gave to another is in the totals of both and is taken out once.
WITH family AS (
  SELECT part_of AS whole_id, campaign_id, organisation FROM current_campaigns
  WHERE part_of IS NOT NULL
), moved AS (
  SELECT
    pairs.whole_id, transfers.currency,
    sum(coalesce(transfers.low, 0)) AS low,
    CASE WHEN count(transfers.high) = count(*) THEN sum(transfers.high) END AS high,
    count(*) AS transfers
  FROM current_transfers AS transfers
  JOIN (
    SELECT DISTINCT
      giver.whole_id,
      giver.organisation AS from_organisation,
      taker.organisation AS to_organisation
    FROM family AS giver JOIN family AS taker USING (whole_id)
  ) AS pairs USING (from_organisation, to_organisation)
  WHERE transfers.modality IN ('asserted', 'hedged')
  GROUP BY pairs.whole_id, transfers.currency
), parts AS (
  SELECT
    family.whole_id, totals.record, totals.currency,
    CASE WHEN count(totals.low) = count(*) THEN sum(totals.low) END AS low,
    CASE WHEN count(totals.high) = count(*) THEN sum(totals.high) END AS high
  FROM family JOIN spend_totals AS totals USING (campaign_id)
  GROUP BY family.whole_id, totals.record, totals.currency
)
SELECT
  'campaigns' AS ledger,
  whole.entry_id,
  CASE WHEN moved.transfers IS NULL THEN parts.low ELSE parts.low - moved.high END
    <= totals.high AS holds,
  CASE WHEN moved.transfers IS NULL THEN parts.low ELSE parts.low - moved.high END
    - totals.high AS low,
  CASE WHEN moved.transfers IS NULL THEN parts.high ELSE parts.high - moved.low END
    - totals.low AS high,
  parts.currency,
  parts.record,
  whole.name AS larger_campaign
FROM parts
JOIN current_campaigns AS whole ON whole.campaign_id = parts.whole_id
JOIN spend_totals AS totals
  ON totals.campaign_id = parts.whole_id
  AND totals.record = parts.record
  AND totals.currency = parts.currency
LEFT JOIN moved ON moved.whole_id = parts.whole_id AND moved.currency = parts.currency

-- name: approved
-- holds: Each campaign with booked money has an approval on the book.
-- fails: money is booked and no approval of it is on the book
-- of: totals of campaigns
-- open: the book holds no approval of any campaign, so it cannot show which money had none
-- stake: the money booked
-- One row per campaign and currency: its return, or else its payments, or else its invoices.
-- include: booked
SELECT
  'campaigns' AS ledger,
  campaigns.entry_id,
  CASE
    WHEN EXISTS (SELECT 1 FROM current_budgets WHERE stage = 'approved')
    THEN approvals.campaign_id IS NOT NULL
  END AS holds,
  booked.low, booked.high, booked.currency,
  booked.record,
  campaigns.name AS campaign
FROM booked
JOIN current_campaigns AS campaigns USING (campaign_id)
LEFT JOIN (
  SELECT DISTINCT campaign_id FROM current_budgets
  WHERE stage = 'approved' AND modality IN ('asserted', 'hedged')
) AS approvals ON approvals.campaign_id = booked.campaign_id

-- name: within_approval
-- holds: No more is booked than was approved.
-- fails: more is booked than the most that anybody says was approved
-- of: totals of campaigns with an approval
-- open: an open end leaves undecided whether more is booked than was approved
-- stake: what is booked beyond the approval
-- One row per campaign and currency with an approval: of its return, payments and invoices the one
-- that comes to most.
WITH booked AS (
  SELECT * FROM spend_totals
  WHERE record <> 'platform'
  QUALIFY row_number() OVER (
    PARTITION BY campaign_id, currency ORDER BY coalesce(low, 0) DESC, high DESC, record
  ) = 1
), approvals AS (
  SELECT
    campaign_id, currency,
    CASE WHEN count(low) = count(*) THEN min(low) END AS low,
    CASE WHEN count(high) = count(*) THEN max(high) END AS high
  FROM current_budgets
  WHERE stage = 'approved' AND modality IN ('asserted', 'hedged')
  GROUP BY campaign_id, currency
)
SELECT
  'campaigns' AS ledger,
  campaigns.entry_id,
  booked.low <= approvals.high AS holds,
  booked.low - approvals.high AS low,
  booked.high - approvals.low AS high,
  booked.currency,
  booked.record,
  campaigns.name AS campaign
FROM booked
JOIN approvals USING (campaign_id, currency)
JOIN current_campaigns AS campaigns USING (campaign_id)

-- name: claimed_as_booked
-- holds: What is said to have been spent can be what is booked.
-- fails: what is said to have been spent and what is booked share no value
-- open: no record of the campaign is booked in that currency, or the claim names no sum
-- stake: how far the claim and the books lie apart
-- One row per statement of money spent, held against the return of its campaign, or else the
-- payments, or else the invoices.
-- include: booked
SELECT
  'budgets' AS ledger,
  claims.entry_id,
  CASE
    WHEN claims.low > booked.high OR claims.high < booked.low THEN false
    WHEN coalesce(claims.low, claims.high) IS NOT NULL
      AND coalesce(booked.low, booked.high) IS NOT NULL THEN true
  END AS holds,
  CASE WHEN claims.low > booked.high THEN claims.low - booked.high
       WHEN claims.high < booked.low THEN booked.low - claims.high END AS low,
  CASE WHEN claims.low > booked.high THEN claims.high - booked.low
       WHEN claims.high < booked.low THEN booked.high - claims.low END AS high,
  claims.currency,
  booked.record,
  claims.said_by,
  claims.reported_by,
  claims.wording
FROM current_budgets AS claims
LEFT JOIN booked USING (campaign_id, currency)
WHERE claims.stage = 'claimed' AND claims.modality IN ('asserted', 'hedged')

-- name: paid_within_invoice
-- holds: No invoice is paid beyond its amount.
-- fails: the payments that name the invoice come to more than it
-- open: an open end leaves undecided whether more was paid than invoiced
-- stake: what was paid beyond the invoice
-- One row per invoice that payments of the same payee and currency name by its reference.
WITH paid AS (
  SELECT
    lower(trim(payee)) AS payee, document_ref, currency,
    CASE WHEN count(low) = count(*) THEN sum(low) END AS low,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high,
    count(*) AS payments
  FROM current_spend
  WHERE record = 'payment' AND payee IS NOT NULL AND document_ref IS NOT NULL
  GROUP BY lower(trim(payee)), document_ref, currency
)
SELECT
  'spend' AS ledger,
  invoices.entry_id,
  paid.low <= invoices.high AS holds,
  paid.low - invoices.high AS low,
  paid.high - invoices.low AS high,
  invoices.currency,
  paid.payments
FROM current_spend AS invoices
JOIN paid
  ON paid.payee = lower(trim(invoices.payee))
  AND paid.document_ref = invoices.document_ref
  AND paid.currency = invoices.currency
WHERE invoices.record = 'invoice'

-- name: delivered_within_booked
-- weight: hint
-- holds: Platforms charged no more for a campaign than its own books show.
-- fails: platforms charged more than the campaign's own books show
-- of: totals of campaigns
-- open: an open end leaves undecided whether platforms charged more than is booked
-- stake: what was charged beyond the books
-- One row per campaign and currency with a platform's charges and a record of its own.
WITH booked AS (
  SELECT
    campaign_id, currency,
    max(low) AS low,
    CASE WHEN count(high) = count(*) THEN max(high) END AS high
  FROM spend_totals
  WHERE record <> 'platform'
  GROUP BY campaign_id, currency
)
SELECT
  'campaigns' AS ledger,
  campaigns.entry_id,
  charged.low <= booked.high AS holds,
  charged.low - booked.high AS low,
  charged.high - booked.low AS high,
  charged.currency,
  campaigns.name AS campaign
FROM spend_totals AS charged
JOIN booked USING (campaign_id, currency)
JOIN current_campaigns AS campaigns USING (campaign_id)
WHERE charged.record = 'platform'

-- name: contrast
-- holds: What is said to be more is not less.
-- fails: the sum said to be the greater is no greater than the other
-- open: nothing
-- One row per comparison of two sums in one currency. A sum without an upper end can be greater.
SELECT
  'comparisons' AS ledger,
  comparisons.entry_id,
  coalesce(greater.high > lesser.low, true) AS holds,
  greater.entry_id AS greater_entry,
  lesser.entry_id AS lesser_entry,
  comparisons.said_by,
  comparisons.reported_by
FROM current_comparisons AS comparisons
JOIN budgets AS greater ON greater.entry_id = comparisons.greater_entry
JOIN budgets AS lesser ON lesser.entry_id = comparisons.lesser_entry
WHERE greater.currency = lesser.currency

-- name: rows_as_stated
-- holds: The rows of a list come to the total that is stated of it.
-- fails: the stated total and the sum of the rows share no value
-- open: no row of such a list is on the book, or one of its rows has no sum
-- stake: how far the stated total and the sum of the rows lie apart
-- One row per statement called "<title of a source>: sum of its rows", held against the rows of
-- returns from that source that are no part of another. Of several series of a campaign, which tell
-- of the same money, the greatest least and the greatest most stand.
WITH tables AS (
  SELECT
    source_id,
    currency,
    campaign_id,
    CASE WHEN count(low) = count(*) THEN sum(low) END AS low,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high,
    count(*) AS items
  FROM current_spend
  WHERE record = 'return' AND part_of IS NULL
  GROUP BY source_id, currency, campaign_id, coalesce(series, '')
), told AS (
  SELECT
    source_id,
    currency,
    max(low) AS low,
    CASE WHEN count(high) = count(*) THEN max(high) END AS high,
    sum(items) AS items
  FROM tables
  GROUP BY source_id, currency, campaign_id
), sums AS (
  SELECT
    sources.title || ': sum of its rows' AS quantity,
    told.currency AS unit,
    CASE WHEN count(told.low) = count(*) THEN sum(told.low) END AS low,
    CASE WHEN count(told.high) = count(*) THEN sum(told.high) END AS high,
    CAST(sum(told.items) AS BIGINT) AS items
  FROM told JOIN current_sources AS sources USING (source_id)
  GROUP BY sources.title, told.currency
)
SELECT
  'statements' AS ledger,
  stated.entry_id,
  stated.low <= sums.high AND sums.low <= coalesce(stated.high, sums.low) AS holds,
  CASE WHEN stated.low > sums.high THEN stated.low - sums.high ELSE sums.low - stated.high END
    AS low,
  CASE WHEN stated.low > sums.high THEN stated.high - sums.low ELSE sums.high - stated.low END
    AS high,
  stated.unit AS currency,
  stated.wording AS stated,
  sums.low AS rows_low,
  sums.high AS rows_high,
  sums.items,
  stated.said_by,
  stated.reported_by
FROM current_statements AS stated
LEFT JOIN sums USING (quantity, unit)
WHERE stated.quantity LIKE '%: sum of its rows' AND stated.modality IN ('asserted', 'hedged')

-- name: statements_agree
-- holds: Statements of one quantity can all be true.
-- fails: the statement shares no value with another of the same quantity
-- open: nothing
-- One row per statement with a figure. Which of them is right is for evidence to say.
WITH quantities AS (
  SELECT quantity, unit, max(low) AS highest_low, min(high) AS lowest_high
  FROM current_statements
  WHERE modality IN ('asserted', 'hedged')
  GROUP BY quantity, unit
)
SELECT
  'statements' AS ledger,
  said.entry_id,
  coalesce(said.low <= lowest_high, true) AND coalesce(said.high >= highest_low, true) AS holds,
  said.quantity,
  said.wording,
  said.said_by,
  said.reported_by
FROM current_statements AS said
JOIN quantities USING (quantity, unit)
WHERE said.modality IN ('asserted', 'hedged') AND coalesce(said.low, said.high) IS NOT NULL

-- name: budgets_agree
-- holds: Statements of one stage of a campaign's money can all be true.
-- fails: the statement shares no value with another of the same campaign and stage
-- open: nothing
-- One row per statement of money with a bound. Which of them is right is for evidence to say.
WITH stages AS (
  SELECT campaign_id, stage, currency, max(low) AS highest_low, min(high) AS lowest_high
  FROM current_budgets
  WHERE modality IN ('asserted', 'hedged')
  GROUP BY campaign_id, stage, currency
)
SELECT
  'budgets' AS ledger,
  said.entry_id,
  coalesce(said.low <= lowest_high, true) AND coalesce(said.high >= highest_low, true) AS holds,
  said.campaign_id,
  said.stage,
  said.wording,
  said.said_by,
  said.reported_by
FROM current_budgets AS said
JOIN stages USING (campaign_id, stage, currency)
WHERE said.modality IN ('asserted', 'hedged') AND coalesce(said.low, said.high) IS NOT NULL
