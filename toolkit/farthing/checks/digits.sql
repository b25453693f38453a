-- Where the figures of amounts look otherwise than those of payments mostly do.
--
-- Nothing here is a fault. Rounding is usual where sums are agreed or estimated, prices repeat,
-- and splitting an order can be lawful: a result says where to look.

-- name: round_amounts
-- weight: hint
-- holds: Round amounts are no more frequent than last digits by chance make them.
-- fails: amounts are round more often than last digits by chance make them
-- open: nothing
-- of: amounts
-- One row per record and currency: exact amounts of 1,000 or more in whole units (n), and those
-- of them that are whole hundreds (rounded), of which chance makes one in a hundred. Parts of
-- another row are left out.
SELECT
  record,
  currency,
  count(*) AS n,
  count(*) FILTER (WHERE abs(low) % 100 = 0) AS rounded
FROM counted_spend
WHERE low = high AND part_of IS NULL AND abs(low) >= 1000 AND low % 1 = 0
GROUP BY record, currency
ORDER BY record, currency

-- rows: round_amounts
SELECT record, currency, 'spend' AS ledger, entry_id, low, high, payee
FROM counted_spend
WHERE low = high AND part_of IS NULL AND abs(low) >= 1000 AND low % 1 = 0 AND abs(low) % 100 = 0

-- name: repeated_amounts
-- weight: hint
-- holds: No payee has one amount on three days or more.
-- fails: the payee has this very amount on three days or more
-- open: nothing
-- stake: the rows
-- One row per row of spend with a payee, a day and an exact amount, that is no part of another.
-- Rents and fees look so.
WITH pairs AS (
  SELECT lower(trim(payee)) AS payee, record, currency, low, count(DISTINCT incurred_on) AS days
  FROM current_spend
  WHERE payee IS NOT NULL AND incurred_on IS NOT NULL AND low = high AND part_of IS NULL
  GROUP BY lower(trim(payee)), record, currency, low
  HAVING count(DISTINCT incurred_on) >= 3
)
SELECT
  'spend' AS ledger,
  spend.entry_id,
  pairs.payee IS NULL AS holds,
  spend.low, spend.high, spend.currency,
  spend.payee,
  pairs.days
FROM current_spend AS spend
LEFT JOIN pairs
  ON pairs.payee = lower(trim(spend.payee))
  AND pairs.record = spend.record
  AND pairs.currency = spend.currency
  AND pairs.low = spend.low
WHERE spend.payee IS NOT NULL AND spend.incurred_on IS NOT NULL AND spend.low = spend.high
  AND spend.part_of IS NULL

-- name: below_limit
-- weight: hint
-- holds: Amounts do not crowd just below a limit.
-- fails: amounts crowd just below a limit
-- open: no limit is stated on the book
-- of: limits
-- One row per statement called "approval limit" or "reporting threshold", with an exact amount:
-- exact invoices and payments of its currency within a tenth of it below, and above or at it.
WITH limits AS (
  SELECT entry_id AS limit_entry, quantity, unit AS currency, low AS amount
  FROM current_statements
  WHERE quantity IN ('approval limit', 'reporting threshold') AND low = high AND low > 0
    AND modality IN ('asserted', 'hedged')
)
SELECT
  limits.limit_entry,
  limits.quantity,
  limits.currency,
  limits.amount,
  count(*) FILTER (
    WHERE spend.low >= 0.9 * limits.amount AND spend.low < limits.amount
  ) AS below,
  count(*) FILTER (
    WHERE spend.low >= limits.amount AND spend.low < 1.1 * limits.amount
  ) AS above
FROM limits
LEFT JOIN current_spend AS spend
  ON spend.currency = limits.currency
  AND spend.record IN ('invoice', 'payment')
  AND spend.low = spend.high
GROUP BY limits.limit_entry, limits.quantity, limits.currency, limits.amount
ORDER BY limits.limit_entry

-- rows: below_limit
SELECT limits.entry_id AS limit_entry, 'spend' AS ledger, spend.entry_id, spend.low, spend.high,
  spend.currency, spend.payee
FROM current_statements AS limits
JOIN current_spend AS spend
  ON spend.currency = limits.unit
  AND spend.record IN ('invoice', 'payment')
  AND spend.low = spend.high
  AND spend.low >= 0.9 * limits.low
  AND spend.low < limits.low

-- name: first_digits
-- weight: hint
-- holds: First digits of amounts are spread as Benford's law has them.
-- fails: first digits are spread otherwise than Benford's law has them
-- open: the amounts are not of a kind that the law may be expected of
-- of: amounts
-- One row per record and currency: how many amounts there are, not counting nought and parts of
-- another row, and of the exact ones the least, the most, how many begin with each digit, how many
-- have the very most, and how many values there are.
WITH amounts AS (
  SELECT
    record, currency, abs(low) AS size, low = high AS is_exact,
    substr(ltrim(replace(CAST(abs(low) AS VARCHAR), '.', ''), '0'), 1, 1) AS digit
  FROM counted_spend
  WHERE part_of IS NULL AND (low <> 0 OR low <> high)
), sizes AS (
  SELECT record, currency, is_exact, size, digit, count(*) AS rows
  FROM amounts
  GROUP BY record, currency, is_exact, size, digit
)
SELECT
  record,
  currency,
  CAST(sum(rows) AS BIGINT) AS amounts,
  coalesce(CAST(sum(rows) FILTER (WHERE is_exact) AS BIGINT), 0) AS n,
  min(size) FILTER (WHERE is_exact) AS least,
  max(size) FILTER (WHERE is_exact) AS most,
  count(*) FILTER (WHERE is_exact) AS sizes,
  coalesce(arg_max(rows, size) FILTER (WHERE is_exact), 0) AS at_most,
  coalesce(CAST(sum(rows) FILTER (WHERE is_exact AND digit = '1') AS BIGINT), 0) AS d1,
  coalesce(CAST(sum(rows) FILTER (WHERE is_exact AND digit = '2') AS BIGINT), 0) AS d2,
  coalesce(CAST(sum(rows) FILTER (WHERE is_exact AND digit = '3') AS BIGINT), 0) AS d3,
  coalesce(CAST(sum(rows) FILTER (WHERE is_exact AND digit = '4') AS BIGINT), 0) AS d4,
  coalesce(CAST(sum(rows) FILTER (WHERE is_exact AND digit = '5') AS BIGINT), 0) AS d5,
  coalesce(CAST(sum(rows) FILTER (WHERE is_exact AND digit = '6') AS BIGINT), 0) AS d6,
  coalesce(CAST(sum(rows) FILTER (WHERE is_exact AND digit = '7') AS BIGINT), 0) AS d7,
  coalesce(CAST(sum(rows) FILTER (WHERE is_exact AND digit = '8') AS BIGINT), 0) AS d8,
  coalesce(CAST(sum(rows) FILTER (WHERE is_exact AND digit = '9') AS BIGINT), 0) AS d9
FROM sizes
GROUP BY record, currency
ORDER BY record, currency

-- rows: first_digits
SELECT record, currency, 'spend' AS ledger, entry_id, low, high, payee
FROM counted_spend
WHERE part_of IS NULL AND low = high AND low <> 0
