-- Did money and people go where they mattered? Resources beside the majority known at the time.
--
-- A decision can only have known the last election before it. Margins are those of the party
-- named in the row: its votes less the most votes of any other, so below zero is a seat it did
-- not hold. All organisations are held against one yardstick.

-- name: allotments
-- What was given where: one row per allotment, with the margin known when it was given and the
-- result that came after. Votes; shares are of valid votes; NULL is not known.
WITH others AS (
  SELECT
    mine.election,
    mine.held_on,
    mine.area_code,
    mine.party,
    mine.votes AS votes,
    max(other.votes) AS best_other,
    mine.votes + sum(other.votes) AS valid_votes
  FROM current_contests AS mine
  JOIN current_contests AS other
    ON other.election = mine.election
    AND other.area_code = mine.area_code
    AND other.entry_id <> mine.entry_id
  GROUP BY mine.election, mine.held_on, mine.area_code, mine.party, mine.entry_id, mine.votes
), margins AS (
  SELECT
    *,
    votes - best_other AS margin,
    CAST(votes - best_other AS DOUBLE) / valid_votes AS margin_share
  FROM others
), names AS (
  SELECT area_code, arg_max(area_name, held_on) AS area_name
  FROM current_contests
  GROUP BY area_code
)
SELECT
  names.area_name AS seat,
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
  resources.starts_on,
  resources.area_code,
  resources.entry_id AS entries
FROM current_resources AS resources
LEFT JOIN names USING (area_code)
LEFT JOIN margins AS before
  ON before.area_code = resources.area_code
  AND before.party = resources.party
  AND before.held_on < resources.starts_on
LEFT JOIN margins AS later
  ON later.area_code = resources.area_code
  AND later.party = resources.party
  AND later.held_on >= resources.starts_on
QUALIFY row_number() OVER (
  PARTITION BY resources.entry_id ORDER BY before.held_on DESC, later.held_on, before.votes DESC
) = 1
ORDER BY resources.resource, abs(before.margin_share), seat

-- name: seats
-- Every seat as it stood for each party with an allotment: one row per party, election known then
-- and seat. Margin in votes and as a share of valid votes; closer is its place from the closest.
WITH asked AS (
  SELECT DISTINCT party, max(starts_on) AS decided_on
  FROM current_resources
  WHERE party IS NOT NULL
  GROUP BY party
), known AS (
  SELECT asked.party, max(contests.held_on) AS held_on
  FROM asked JOIN current_contests AS contests ON contests.held_on < asked.decided_on
  GROUP BY asked.party
), votes AS (
  SELECT
    known.party AS for_party,
    contests.election,
    contests.area_code,
    contests.area_name,
    max(CASE WHEN contests.party = known.party THEN contests.votes END) AS own,
    max(CASE WHEN contests.party <> known.party THEN contests.votes END) AS best_other,
    sum(contests.votes) AS valid_votes
  FROM known JOIN current_contests AS contests USING (held_on)
  GROUP BY known.party, contests.election, contests.area_code, contests.area_name
)
SELECT
  for_party AS party,
  election,
  area_code,
  area_name AS seat,
  own - best_other AS margin,
  CAST(own - best_other AS DOUBLE) / valid_votes AS margin_share,
  rank() OVER (
    PARTITION BY for_party ORDER BY abs(CAST(own - best_other AS DOUBLE) / valid_votes)
  ) AS closer
FROM votes
WHERE own IS NOT NULL AND best_other IS NOT NULL
ORDER BY party, closer, area_code
