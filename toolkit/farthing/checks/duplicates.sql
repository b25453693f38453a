-- The same money twice, and amendments that look wrong.
--
-- One pound stands rightly in an invoice, a payment, a return and a platform's charge, and in
-- every series of one record: only rows of one record and series are held against each other.
-- Of rows that are alike the first by name is taken for the original and the others are listed.

-- name: document_twice
-- holds: No document stands twice in the books.
-- fails: payee, reference and amount are those of an earlier row of the same record
-- open: nothing
-- stake: the later rows
-- One row per row of spend with a payee, a reference and an exact amount, that is no part of
-- another.
WITH twice AS (
  SELECT
    lower(trim(payee)) AS payee, document_ref, record, coalesce(series, '') AS series,
    currency, low, min(entry_id) AS first_entry
  FROM current_spend
  WHERE document_ref IS NOT NULL AND payee IS NOT NULL AND low = high AND part_of IS NULL
  GROUP BY lower(trim(payee)), document_ref, record, coalesce(series, ''), currency, low
  HAVING count(*) > 1
)
SELECT
  'spend' AS ledger,
  spend.entry_id,
  coalesce(twice.first_entry = spend.entry_id, true) AS holds,
  spend.low, spend.high, spend.currency,
  twice.first_entry,
  spend.document_ref
FROM current_spend AS spend
LEFT JOIN twice
  ON twice.payee = lower(trim(spend.payee))
  AND twice.document_ref = spend.document_ref
  AND twice.record = spend.record
  AND twice.series = coalesce(spend.series, '')
  AND twice.currency = spend.currency
  AND twice.low = spend.low
WHERE spend.document_ref IS NOT NULL AND spend.payee IS NOT NULL AND spend.low = spend.high
  AND spend.part_of IS NULL

-- name: same_day
-- weight: hint
-- holds: No payee has the same amount twice on one day.
-- fails: payee, amount and day are those of an earlier row of the same record and source
-- open: nothing
-- stake: the later rows
-- One row per row of spend with a payee, a day and an exact amount, that is no part of another.
WITH twice AS (
  SELECT
    lower(trim(payee)) AS payee, incurred_on, record, coalesce(series, '') AS series,
    source_id, currency, low, min(entry_id) AS first_entry
  FROM current_spend
  WHERE incurred_on IS NOT NULL AND payee IS NOT NULL AND low = high AND part_of IS NULL
  GROUP BY
    lower(trim(payee)), incurred_on, record, coalesce(series, ''), source_id, currency, low
  HAVING count(*) > 1
)
SELECT
  'spend' AS ledger,
  spend.entry_id,
  coalesce(twice.first_entry = spend.entry_id, true) AS holds,
  spend.low, spend.high, spend.currency,
  twice.first_entry,
  spend.payee,
  spend.incurred_on
FROM current_spend AS spend
LEFT JOIN twice
  ON twice.payee = lower(trim(spend.payee))
  AND twice.incurred_on = spend.incurred_on
  AND twice.record = spend.record
  AND twice.series = coalesce(spend.series, '')
  AND twice.source_id = spend.source_id
  AND twice.currency = spend.currency
  AND twice.low = spend.low
WHERE spend.incurred_on IS NOT NULL AND spend.payee IS NOT NULL AND spend.low = spend.high
  AND spend.part_of IS NULL

-- name: near_days
-- weight: hint
-- holds: No payee has the same amount twice within seven days.
-- fails: payee and amount are those of a row of the same record at most seven days before
-- open: nothing
-- stake: the later rows
-- One row per row of spend with a payee, a day and an exact amount, that is no part of another.
WITH alike AS (
  SELECT
    lower(trim(payee)) AS payee, record, coalesce(series, '') AS series, currency, low
  FROM current_spend
  WHERE incurred_on IS NOT NULL AND payee IS NOT NULL AND low = high AND part_of IS NULL
  GROUP BY lower(trim(payee)), record, coalesce(series, ''), currency, low
  HAVING count(*) > 1
), dated AS (
  SELECT
    spend.entry_id,
    lag(spend.incurred_on) OVER (
      PARTITION BY alike.payee, alike.record, alike.series, alike.currency, alike.low
      ORDER BY spend.incurred_on, spend.entry_id
    ) AS before_on
  FROM current_spend AS spend
  JOIN alike
    ON alike.payee = lower(trim(spend.payee))
    AND alike.record = spend.record
    AND alike.series = coalesce(spend.series, '')
    AND alike.currency = spend.currency
    AND alike.low = spend.low
  WHERE spend.incurred_on IS NOT NULL AND spend.low = spend.high AND spend.part_of IS NULL
)
SELECT
  'spend' AS ledger,
  spend.entry_id,
  coalesce(
    dated.before_on = spend.incurred_on
      OR dated.before_on + INTERVAL 7 DAY < spend.incurred_on,
    true
  ) AS holds,
  spend.low, spend.high, spend.currency,
  dated.before_on,
  spend.incurred_on,
  spend.payee
FROM current_spend AS spend LEFT JOIN dated USING (entry_id)
WHERE spend.incurred_on IS NOT NULL AND spend.payee IS NOT NULL AND spend.low = spend.high
  AND spend.part_of IS NULL

-- name: two_sources
-- weight: hint
-- holds: No payment is told by two sources and counted twice.
-- fails: payee, amount, day and campaign are those of a row of the same record from another source
-- open: nothing
-- stake: the later rows
-- One row per row of spend with a payee, a day and an exact amount, that is no part of another. A
-- filing and its amendment that nothing links look so, and one invoice in the files of two people.
WITH told AS (
  SELECT
    lower(trim(payee)) AS payee, campaign_id, incurred_on, record,
    coalesce(series, '') AS series, currency, low,
    min(source_id) AS first_source
  FROM current_spend
  WHERE incurred_on IS NOT NULL AND payee IS NOT NULL AND low = high AND part_of IS NULL
  GROUP BY
    lower(trim(payee)), campaign_id, incurred_on, record, coalesce(series, ''), currency, low
  HAVING count(DISTINCT source_id) > 1
)
SELECT
  'spend' AS ledger,
  spend.entry_id,
  coalesce(told.first_source = spend.source_id, true) AS holds,
  spend.low, spend.high, spend.currency,
  told.first_source,
  spend.source_id,
  spend.payee,
  spend.incurred_on
FROM current_spend AS spend
LEFT JOIN told
  ON told.payee = lower(trim(spend.payee))
  AND told.campaign_id = spend.campaign_id
  AND told.incurred_on = spend.incurred_on
  AND told.record = spend.record
  AND told.series = coalesce(spend.series, '')
  AND told.currency = spend.currency
  AND told.low = spend.low
WHERE spend.incurred_on IS NOT NULL AND spend.payee IS NOT NULL AND spend.low = spend.high
  AND spend.part_of IS NULL

-- name: reference_two_amounts
-- weight: hint
-- holds: One invoice has one amount.
-- fails: payee and reference are those of an invoice with another amount
-- open: nothing
-- stake: the rows
-- One row per invoice with a payee, a reference and an exact amount, that is no part of another.
-- Instalments look so, and corrections do.
WITH several AS (
  SELECT lower(trim(payee)) AS payee, document_ref, coalesce(series, '') AS series, currency
  FROM current_spend
  WHERE record = 'invoice' AND document_ref IS NOT NULL AND payee IS NOT NULL AND low = high
    AND part_of IS NULL
  GROUP BY lower(trim(payee)), document_ref, coalesce(series, ''), currency
  HAVING min(low) < max(low)
)
SELECT
  'spend' AS ledger,
  spend.entry_id,
  several.payee IS NULL AS holds,
  spend.low, spend.high, spend.currency,
  spend.payee,
  spend.document_ref
FROM current_spend AS spend
LEFT JOIN several
  ON several.payee = lower(trim(spend.payee))
  AND several.document_ref = spend.document_ref
  AND several.series = coalesce(spend.series, '')
  AND several.currency = spend.currency
WHERE spend.record = 'invoice' AND spend.document_ref IS NOT NULL AND spend.payee IS NOT NULL
  AND spend.low = spend.high AND spend.part_of IS NULL

-- name: same_name
-- weight: hint
-- holds: No campaign is on the book under two names of its own.
-- fails: organisation and name are those of an earlier campaign
-- open: nothing
-- One row per campaign that is not linked to another.
WITH twice AS (
  SELECT
    lower(trim(organisation)) AS organisation, lower(trim(name)) AS name,
    min(entry_id) AS first_entry
  FROM current_campaigns
  WHERE campaign_id NOT IN (SELECT name FROM current_links WHERE kind = 'campaign')
  GROUP BY lower(trim(organisation)), lower(trim(name))
  HAVING count(*) > 1
)
SELECT
  'campaigns' AS ledger,
  campaigns.entry_id,
  coalesce(twice.first_entry = campaigns.entry_id, true) AS holds,
  twice.first_entry,
  campaigns.name AS campaign,
  campaigns.organisation
FROM current_campaigns AS campaigns
LEFT JOIN twice
  ON twice.organisation = lower(trim(campaigns.organisation))
  AND twice.name = lower(trim(campaigns.name))
WHERE campaigns.campaign_id NOT IN (SELECT name FROM current_links WHERE kind = 'campaign')

-- name: spelling
-- weight: hint
-- holds: No payee is spelt in two ways.
-- fails: but for case, spaces and marks the payee is spelt as another that it is not linked to
-- of: payees
-- open: nothing
-- One row per payee as it is spelt; the entry is the first that spells it so.
WITH payees AS (
  SELECT payee, min(entry_id) AS entry_id, count(*) AS rows
  FROM current_spend
  WHERE payee IS NOT NULL
  GROUP BY payee
), unlinked AS (
  SELECT
    payees.*,
    regexp_replace(lower(coalesce(links.stands_for, payees.payee)), '[^\p{L}\p{N}]', '', 'g')
      AS letters,
    coalesce(links.stands_for, payees.payee) AS stands_for
  FROM payees LEFT JOIN current_links AS links ON links.kind = 'payee' AND links.name = payee
), alike AS (
  SELECT letters, min(stands_for) AS first_spelling
  FROM unlinked
  WHERE letters <> ''
  GROUP BY letters
  HAVING count(DISTINCT stands_for) > 1
)
SELECT
  'spend' AS ledger,
  unlinked.entry_id,
  coalesce(alike.first_spelling = unlinked.stands_for, true) AS holds,
  unlinked.payee,
  alike.first_spelling,
  unlinked.rows
FROM unlinked LEFT JOIN alike USING (letters)

-- name: amended_by_older
-- holds: No amendment is from a source older than what it amends.
-- fails: the amendment is from a source published before that of the row it replaces
-- open: the day of a source is not on the book
-- stake: the amended amount
-- One row per row of spend in force that replaces another, of another source.
SELECT
  'spend' AS ledger,
  amended.entry_id,
  source.published_on >= earlier_source.published_on AS holds,
  amended.low, amended.high, amended.currency,
  earlier.entry_id AS replaced_entry,
  source.published_on,
  earlier_source.published_on AS replaced_published_on
FROM current_spend AS amended
JOIN spend AS earlier ON earlier.entry_id = amended.supersedes
JOIN current_sources AS source ON source.source_id = amended.source_id
JOIN current_sources AS earlier_source ON earlier_source.source_id = earlier.source_id
WHERE amended.source_id <> earlier.source_id

-- name: amended_tenfold
-- weight: hint
-- holds: No amendment changes an amount tenfold.
-- fails: the amended amount is ten times what it replaces, or a tenth of it, or more
-- open: one of the two amounts has no bound
-- stake: the amended amount
-- One row per row of spend in force that replaces another in the same currency.
SELECT
  'spend' AS ledger,
  amended.entry_id,
  NOT (abs(amended.low) >= 10 * abs(earlier.high) OR abs(earlier.low) >= 10 * abs(amended.high))
    AS holds,
  amended.low, amended.high, amended.currency,
  earlier.entry_id AS replaced_entry,
  earlier.low AS replaced_low,
  earlier.high AS replaced_high
FROM current_spend AS amended
JOIN spend AS earlier ON earlier.entry_id = amended.supersedes
WHERE amended.currency = earlier.currency

-- name: reversed_and_reposted
-- weight: hint
-- holds: What was reversed did not come back.
-- fails: payee, amount, day and campaign are those of a row that was reversed
-- open: nothing
-- stake: the rows
-- One row per row of spend in force with a payee, a day and an exact amount, where any row was
-- ever reversed.
WITH gone AS (
  SELECT DISTINCT
    lower(trim(gone.payee)) AS payee, gone.campaign_id, gone.incurred_on, gone.record,
    gone.currency, gone.low
  FROM spend AS gone
  JOIN spend AS reversal ON reversal.reverses = gone.entry_id
  JOIN known_imports ON known_imports.batch_id = reversal.batch_id
  WHERE gone.low = gone.high AND gone.payee IS NOT NULL AND gone.incurred_on IS NOT NULL
)
SELECT
  'spend' AS ledger,
  spend.entry_id,
  gone.payee IS NULL AS holds,
  spend.low, spend.high, spend.currency,
  spend.payee,
  spend.incurred_on
FROM current_spend AS spend
LEFT JOIN gone
  ON gone.payee = lower(trim(spend.payee))
  AND gone.campaign_id = spend.campaign_id
  AND gone.incurred_on = spend.incurred_on
  AND gone.record = spend.record
  AND gone.currency = spend.currency
  AND gone.low = spend.low
WHERE spend.payee IS NOT NULL AND spend.incurred_on IS NOT NULL AND spend.low = spend.high
  AND EXISTS (SELECT 1 FROM gone)
