-- Names that lead nowhere, and figures out of their range.

-- name: area
-- holds: Each area that money or people went to is one that voted.
-- fails: no contest on the book is of that area
-- open: the book holds no contest of any area
-- One row per row of spend or resources with an area.
WITH places AS (
  SELECT 'spend' AS ledger, entry_id, area_code, campaign_id AS whose FROM current_spend
  UNION ALL
  SELECT 'resources', entry_id, area_code, organisation FROM current_resources
), contested AS (
  SELECT DISTINCT area_code FROM current_contests
)
SELECT
  places.ledger,
  places.entry_id,
  CASE WHEN EXISTS (SELECT 1 FROM contested) THEN contested.area_code IS NOT NULL END AS holds,
  places.area_code,
  places.whose
FROM places LEFT JOIN contested USING (area_code)
WHERE places.area_code IS NOT NULL

-- name: currency
-- holds: Each currency is money by ISO 4217.
-- fails: ISO 4217 does not have the code, or keeps it for tests, for metals or for no currency
-- open: nothing
-- One row per row of money.
WITH money AS (
  SELECT 'spend' AS ledger, entry_id, currency AS code FROM current_spend
  UNION ALL
  SELECT 'budgets', entry_id, currency FROM current_budgets
  UNION ALL
  SELECT 'transfers', entry_id, currency FROM current_transfers
  UNION ALL
  SELECT 'rates', entry_id, currency FROM current_rates
)
SELECT ledger, entry_id, code IN ({currencies}) AS holds, code FROM money

-- name: turnout
-- holds: No area has more votes than electors.
-- fails: the votes of the area come to more than its electorate
-- of: areas
-- open: the electorate is not on the book
-- One row per election and area; the entry is the first of the area.
SELECT
  'contests' AS ledger,
  min(entry_id) AS entry_id,
  sum(votes) <= max(electorate) AS holds,
  election,
  max(area_name) AS area_name,
  sum(votes) AS votes,
  max(electorate) AS electorate
FROM current_contests
GROUP BY election, area_code

-- name: electorate
-- holds: One area has one electorate in one election.
-- fails: the rows of the area give electorates that differ
-- of: areas
-- open: nothing
-- One row per election and area with an electorate; the entry is the first of the area.
SELECT
  'contests' AS ledger,
  min(entry_id) AS entry_id,
  min(electorate) = max(electorate) AS holds,
  election,
  max(area_name) AS area_name,
  min(electorate) AS least_electorate,
  max(electorate) AS most_electorate
FROM current_contests
WHERE electorate IS NOT NULL
GROUP BY election, area_code

-- name: polling_day
-- holds: One election has one polling day in one area.
-- fails: the rows of the area give polling days that differ
-- of: areas
-- open: nothing
-- One row per election and area; the entry is the first of the area.
SELECT
  'contests' AS ledger,
  min(entry_id) AS entry_id,
  min(held_on) = max(held_on) AS holds,
  election,
  max(area_name) AS area_name,
  min(held_on) AS first_day,
  max(held_on) AS last_day
FROM current_contests
GROUP BY election, area_code

-- name: votes_as_stated
-- holds: Majorities, votes and turnouts as printed are those of the votes.
-- fails: what is printed and what the votes come to share no value
-- open: the votes, or the electorate, that would settle it are not on the book
-- One row per statement called "<area> majority, <election>", or valid votes, or turnout in
-- percent. The majority is the most votes less the next; turnout is of valid votes, to two
-- decimals.
WITH places AS (
  SELECT
    election, area_code, area_name, votes, electorate,
    row_number() OVER (PARTITION BY election, area_code ORDER BY votes DESC, entry_id) AS place
  FROM current_contests
), seats AS (
  SELECT
    election,
    max(area_name) AS area_name,
    sum(votes) AS votes,
    max(CASE WHEN place = 1 THEN votes END) - max(CASE WHEN place = 2 THEN votes END) AS majority,
    CASE WHEN max(electorate) > 0
         THEN round(100 * CAST(sum(votes) AS DECIMAL(18, 2)) / max(electorate), 2) END AS turnout
  FROM places
  GROUP BY election, area_code
), computed AS (
  SELECT area_name || ' majority, ' || election AS quantity, 'votes' AS unit,
         CAST(majority AS DECIMAL(18, 2)) AS figure
  FROM seats
  UNION ALL
  SELECT area_name || ' valid votes, ' || election, 'votes', CAST(votes AS DECIMAL(18, 2))
  FROM seats
  UNION ALL
  SELECT area_name || ' turnout in percent, ' || election, 'percent',
         CAST(turnout AS DECIMAL(18, 2))
  FROM seats
)
SELECT
  'statements' AS ledger,
  stated.entry_id,
  coalesce(stated.low, computed.figure) <= computed.figure
    AND coalesce(stated.high, computed.figure) >= computed.figure AS holds,
  stated.quantity,
  stated.wording AS stated,
  computed.figure AS of_the_votes,
  stated.said_by,
  stated.reported_by
FROM current_statements AS stated
LEFT JOIN computed USING (quantity, unit)
WHERE stated.modality IN ('asserted', 'hedged')
  AND coalesce(stated.low, stated.high) IS NOT NULL
  AND regexp_matches(stated.quantity, ' (majority|valid votes|turnout in percent), ')

-- name: units_of_statements
-- weight: hint
-- holds: Statements of one quantity are in one unit.
-- fails: the quantity is stated in several units, which nothing holds against each other
-- open: nothing
-- One row per statement with a figure.
WITH units AS (
  SELECT quantity, count(DISTINCT unit) AS units
  FROM current_statements
  WHERE coalesce(low, high) IS NOT NULL
  GROUP BY quantity
)
SELECT
  'statements' AS ledger,
  entry_id,
  units.units = 1 AS holds,
  quantity,
  unit,
  said_by
FROM current_statements JOIN units USING (quantity)
WHERE coalesce(low, high) IS NOT NULL

-- name: price_of_nothing
-- holds: No price is nought.
-- fails: the price is nought
-- open: nothing
-- One row per rate.
SELECT
  'rates' AS ledger,
  entry_id,
  high IS NULL OR high > 0 AS holds,
  channel,
  measure,
  market
FROM current_rates

-- name: amount_of_nothing
-- weight: hint
-- holds: No row of spend is of nothing.
-- fails: the amount is nought
-- open: nothing
-- One row per row of spend.
SELECT
  'spend' AS ledger,
  entry_id,
  coalesce(low <> 0 OR high <> 0, true) AS holds,
  campaign_id,
  payee,
  wording
FROM current_spend

-- name: refund
-- holds: No payee gave back more than it got.
-- fails: the payee's rows in this record and campaign come to less than nothing
-- of: payees with a refund
-- open: an open end leaves undecided whether more came back than went out
-- stake: what came back beyond what went out
-- One row per payee, campaign, record, series and currency with a refund.
WITH payees AS (
  SELECT
    lower(trim(payee)) AS payee, campaign_id, record, series, currency,
    CASE WHEN count(low) = count(*) THEN sum(low) END AS low,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high,
    min(CASE WHEN low < 0 THEN entry_id END) AS entry_id
  FROM current_spend
  WHERE payee IS NOT NULL
  GROUP BY lower(trim(payee)), campaign_id, record, series, currency
  HAVING min(low) < 0
)
SELECT
  'spend' AS ledger, entry_id, high >= 0 AS holds, low, high, currency, payee, campaign_id
FROM payees

-- name: part_elsewhere
-- holds: What is a part of another entry is of its campaign.
-- fails: the entry it is called a part of is of another campaign, so the money counts twice
-- open: nothing
-- stake: the rows
-- One row per row of spend that is a part of another.
SELECT
  'spend' AS ledger,
  part.entry_id,
  coalesce(whole.campaign_id = part.campaign_id, false) AS holds,
  part.low, part.high, part.currency,
  part.part_of,
  part.campaign_id,
  whole.campaign_id AS whole_campaign_id
FROM current_spend AS part LEFT JOIN current_spend AS whole ON whole.entry_id = part.part_of
WHERE part.part_of IS NOT NULL

-- name: wide
-- weight: hint
-- holds: The ends of each range lie within tenfold of each other.
-- fails: the range has no upper end, or one more than ten times its lower
-- open: nothing
-- stake: the rows
-- One row per row of spend with a bound, that is no part of another.
SELECT
  'spend' AS ledger,
  entry_id,
  coalesce(low IS NOT NULL AND high <= 10 * low OR low = high OR high <= 0, false) AS holds,
  low, high, currency,
  wording,
  campaign_id
FROM whole_spend
WHERE low IS NOT NULL OR high IS NOT NULL

-- name: stranger
-- weight: hint
-- holds: Transfers are between organisations that run or ask for a campaign.
-- fails: neither organisation runs or asks for a campaign on the book
-- open: nothing
-- stake: what was moved
-- One row per transfer.
WITH known AS (
  SELECT organisation FROM current_campaigns
  UNION
  SELECT asked_by FROM current_campaigns WHERE asked_by IS NOT NULL
)
SELECT
  'transfers' AS ledger,
  entry_id,
  from_organisation IN (SELECT organisation FROM known)
    OR to_organisation IN (SELECT organisation FROM known) AS holds,
  low, high, currency,
  from_organisation,
  to_organisation,
  said_by,
  reported_by
FROM current_transfers
