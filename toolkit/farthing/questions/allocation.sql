-- Did money and people go where they mattered? Resources beside the majority known at the time.
--
-- A decision can only have known the last election before it in each seat. Margins are those of
-- the party named in the row: its votes less the most votes of any other, so below zero is a
-- seat it did not hold. All organisations are held against one yardstick.

-- name: allotments
-- What was given where: one row per allotment, with the margin known when it was given and the
-- result that came after. Votes; shares are of valid votes; NULL is not known. Whoever denies an
-- allotment, or gives it as an opinion, says so in modality.
WITH polls AS (
  SELECT election, held_on, area_code, max(area_name) AS area_name, sum(votes) AS valid_votes
  FROM current_contests
  GROUP BY election, held_on, area_code
), parties AS (
  SELECT election, held_on, area_code, party, max(votes) AS votes
  FROM current_contests
  GROUP BY election, held_on, area_code, party
), margins AS (
  SELECT
    mine.election,
    mine.held_on,
    mine.area_code,
    mine.party,
    mine.votes - max(other.votes) AS margin,
    CAST(mine.votes - max(other.votes) AS DOUBLE) / max(polls.valid_votes) AS margin_share
  FROM parties AS mine
  JOIN parties AS other
    ON other.election = mine.election
    AND other.area_code = mine.area_code
    AND other.party <> mine.party
  JOIN polls ON polls.election = mine.election AND polls.area_code = mine.area_code
  WHERE polls.valid_votes > 0
  GROUP BY mine.election, mine.held_on, mine.area_code, mine.party, mine.votes
), known AS (
  SELECT
    resources.entry_id,
    max(CASE WHEN polls.held_on < resources.starts_on THEN polls.held_on END) AS before_on,
    min(CASE WHEN polls.held_on >= resources.starts_on THEN polls.held_on END) AS after_on
  FROM current_resources AS resources JOIN polls USING (area_code)
  GROUP BY resources.entry_id
), days AS (
  SELECT resources.entry_id, max(polls.held_on) AS known_on
  FROM current_resources AS resources
  JOIN (SELECT DISTINCT held_on FROM polls) AS polls ON polls.held_on < resources.starts_on
  GROUP BY resources.entry_id
), names AS (
  SELECT area_code, arg_max(area_name, held_on) AS area_name FROM polls GROUP BY area_code
)
SELECT
  coalesce(names.area_name, resources.area_code) AS seat,
  resources.resource,
  resources.low,
  resources.high,
  resources.unit,
  before.margin AS margin_known,
  before.margin_share AS margin_known_share,
  before.election AS known_from,
  later.margin AS margin_after,
  later.election AS result_of,
  resources.organisation,
  resources.party,
  resources.said_by,
  resources.reported_by,
  resources.modality,
  resources.starts_on,
  days.known_on,
  resources.area_code,
  resources.entry_id AS entries
FROM current_resources AS resources
LEFT JOIN names USING (area_code)
LEFT JOIN known ON known.entry_id = resources.entry_id
LEFT JOIN days ON days.entry_id = resources.entry_id
LEFT JOIN margins AS before
  ON before.area_code = resources.area_code
  AND before.party = resources.party
  AND before.held_on = known.before_on
LEFT JOIN margins AS later
  ON later.area_code = resources.area_code
  AND later.party = resources.party
  AND later.held_on = known.after_on
QUALIFY row_number() OVER (
  PARTITION BY resources.entry_id ORDER BY before.election, later.election
) = 1
ORDER BY resources.resource, abs(before.margin_share), seat, entries

-- name: seats
-- Every seat as it stood for each party with an allotment: one row per party, last polling day
-- known then and seat. Margin in votes and as a share of valid votes; closer is its place from
-- the closest, seats with one margin sharing the first of theirs.
WITH asked AS (
  SELECT DISTINCT party AS for_party, known_on
  FROM (
    SELECT resources.entry_id, resources.party, max(polls.held_on) AS known_on
    FROM current_resources AS resources
    JOIN (SELECT DISTINCT held_on FROM current_contests) AS polls
      ON polls.held_on < resources.starts_on
    WHERE resources.party IS NOT NULL
    GROUP BY resources.entry_id, resources.party
  ) AS allotments
), latest AS (
  SELECT
    asked.for_party,
    asked.known_on,
    contests.area_code,
    max(contests.held_on) AS held_on
  FROM asked JOIN current_contests AS contests ON contests.held_on <= asked.known_on
  GROUP BY asked.for_party, asked.known_on, contests.area_code
), votes AS (
  SELECT
    latest.for_party,
    latest.known_on,
    contests.election,
    latest.area_code,
    max(contests.area_name) AS seat,
    max(CASE WHEN contests.party = latest.for_party THEN contests.votes END) AS own,
    max(CASE WHEN contests.party <> latest.for_party THEN contests.votes END) AS best_other,
    nullif(sum(contests.votes), 0) AS valid_votes
  FROM latest JOIN current_contests AS contests
    ON contests.area_code = latest.area_code AND contests.held_on = latest.held_on
  GROUP BY latest.for_party, latest.known_on, contests.election, latest.area_code
)
SELECT
  for_party AS party,
  known_on,
  election,
  area_code,
  seat,
  own - best_other AS margin,
  CAST(own - best_other AS DOUBLE) / valid_votes AS margin_share,
  rank() OVER (
    PARTITION BY for_party, known_on ORDER BY abs(CAST(own - best_other AS DOUBLE) / valid_votes)
  ) AS closer
FROM votes
WHERE own IS NOT NULL AND best_other IS NOT NULL AND valid_votes IS NOT NULL
ORDER BY party, known_on, closer, area_code

-- name: standings
-- How close every seat was at the last poll known to anybody who gave it something: one row per
-- election and seat. The majority is the winner's votes less those of the runner-up, the same for
-- every organisation, in votes and as a share of valid votes. A seat with one candidate has none.
WITH days AS (
  SELECT given.day, max(polls.held_on) AS known_on
  FROM (
    SELECT coalesce(incurred_on, starts_on) AS day FROM current_spend WHERE area_code IS NOT NULL
    UNION
    SELECT starts_on FROM current_resources
  ) AS given
  JOIN (SELECT DISTINCT held_on FROM current_contests) AS polls ON polls.held_on < given.day
  GROUP BY given.day
), polls AS (
  SELECT area_code, held_on, min(election) AS election
  FROM current_contests
  GROUP BY area_code, held_on
), latest AS (
  SELECT days.known_on, polls.area_code, max(polls.held_on) AS held_on
  FROM (SELECT DISTINCT known_on FROM days) AS days
  JOIN polls ON polls.held_on <= days.known_on
  GROUP BY days.known_on, polls.area_code
), candidates AS (
  SELECT
    election,
    held_on,
    area_code,
    area_name,
    party,
    votes,
    row_number() OVER (PARTITION BY election, area_code ORDER BY votes DESC, entry_id) AS place
  FROM current_contests
), results AS (
  SELECT
    election,
    held_on,
    area_code,
    max(area_name) AS seat,
    max(CASE WHEN place = 1 THEN party END) AS winner,
    max(CASE WHEN place = 1 THEN votes END) - max(CASE WHEN place = 2 THEN votes END) AS majority,
    sum(votes) AS valid_votes
  FROM candidates
  GROUP BY election, held_on, area_code
  HAVING count(*) > 1 AND sum(votes) > 0
)
SELECT
  results.election,
  results.held_on,
  results.area_code,
  results.seat,
  results.winner,
  results.majority,
  CAST(results.majority AS DOUBLE) / results.valid_votes AS majority_share
FROM results
JOIN polls ON polls.area_code = results.area_code AND polls.election = results.election
JOIN (SELECT DISTINCT area_code, held_on FROM latest) AS asked
  ON asked.area_code = results.area_code AND asked.held_on = results.held_on
ORDER BY results.held_on, majority_share, results.area_code

-- rows: standings
SELECT election, area_code, 'contests' AS ledger, entry_id FROM current_contests

-- name: money
-- What was spent in each seat: one row per organisation, kind of record, series, currency, seat
-- and day of the last poll there that was known when it was spent. Money in the row's currency;
-- NULL is without bound, and a known_on of NULL is money without a day, or before any poll on the
-- book. Of the organisations the dozen with most seats.
WITH days AS (
  SELECT given.day, max(polls.held_on) AS known_on
  FROM (
    SELECT coalesce(incurred_on, starts_on) AS day FROM current_spend WHERE area_code IS NOT NULL
    UNION
    SELECT starts_on FROM current_resources
  ) AS given
  JOIN (SELECT DISTINCT held_on FROM current_contests) AS polls ON polls.held_on < given.day
  GROUP BY given.day
), polls AS (
  SELECT area_code, held_on, min(election) AS election
  FROM current_contests
  GROUP BY area_code, held_on
), latest AS (
  SELECT days.known_on, polls.area_code, max(polls.held_on) AS held_on
  FROM (SELECT DISTINCT known_on FROM days) AS days
  JOIN polls ON polls.held_on <= days.known_on
  GROUP BY days.known_on, polls.area_code
), spent AS (
  -- neither a row and its parts nor several series of the same money are added
  SELECT
    coalesce(campaigns.organisation, spend.campaign_id) AS organisation,
    spend.record,
    coalesce(spend.series, '') AS series,
    spend.currency,
    spend.area_code,
    days.known_on,
    CASE WHEN count(spend.low) = count(*) THEN sum(spend.low) END AS low,
    CASE WHEN count(spend.high) = count(*) THEN sum(spend.high) END AS high,
    count(*) AS entries_added
  FROM whole_spend AS spend
  LEFT JOIN current_campaigns AS campaigns ON campaigns.campaign_id = spend.campaign_id
  LEFT JOIN days ON days.day = coalesce(spend.incurred_on, spend.starts_on)
  WHERE spend.area_code IS NOT NULL
  GROUP BY ALL
), seated AS (
  SELECT
    spent.organisation,
    spent.record,
    spent.series,
    spent.currency,
    spent.area_code,
    latest.held_on AS known_on,
    CASE WHEN count(spent.low) = count(*) THEN sum(spent.low) END AS low,
    CASE WHEN count(spent.high) = count(*) THEN sum(spent.high) END AS high,
    sum(spent.entries_added) AS entries_added
  FROM spent
  LEFT JOIN latest ON latest.area_code = spent.area_code AND latest.known_on = spent.known_on
  GROUP BY ALL
), sized AS (
  SELECT
    organisation,
    record,
    series,
    currency,
    count(*) AS seats
  FROM seated
  GROUP BY ALL
  ORDER BY seats DESC, organisation, record, series, currency
  LIMIT 12
)
SELECT
  seated.organisation,
  seated.record,
  seated.series,
  seated.currency,
  seated.area_code,
  seated.known_on,
  seated.low,
  seated.high,
  CAST(seated.entries_added AS BIGINT) AS rows_added
FROM seated
JOIN sized
  ON sized.organisation = seated.organisation
  AND sized.record = seated.record
  AND sized.series = seated.series
  AND sized.currency = seated.currency
ORDER BY sized.seats DESC, organisation, record, series, currency, area_code, known_on

-- rows: money
SELECT
  coalesce(campaigns.organisation, spend.campaign_id) AS organisation,
  spend.record,
  coalesce(spend.series, '') AS series,
  spend.currency,
  spend.area_code,
  max(contests.held_on) AS known_on,
  'spend' AS ledger,
  spend.entry_id
FROM whole_spend AS spend
LEFT JOIN current_campaigns AS campaigns ON campaigns.campaign_id = spend.campaign_id
LEFT JOIN current_contests AS contests
  ON contests.area_code = spend.area_code
  AND contests.held_on < coalesce(spend.incurred_on, spend.starts_on)
WHERE spend.area_code IS NOT NULL
GROUP BY ALL
