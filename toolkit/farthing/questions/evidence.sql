-- Who says what about the same quantity, who disagrees, and who could know.
--
-- What somebody printed stands beside what the votes and returns on the book come to. Statements
-- that share a value agree; where there is none, the gap is the least distance between them. Two
-- outlets that quote one witness are one origin. Nothing is dropped: the account nearest to the
-- thing itself is preferred, with the reason, and the others stay beside it.

-- name: statements
-- Every figure of each quantity: one row per statement, and one per figure computed from votes
-- or returns. Units are in the row.
WITH seats AS (
  SELECT
    election,
    area_code,
    area_name,
    sum(votes) AS valid_votes,
    max(electorate) AS electorate,
    arg_max(party, votes) AS winner,
    max(votes) AS first_votes,
    string_agg(entry_id, ' ' ORDER BY votes DESC, entry_id) AS entries
  FROM current_contests
  GROUP BY election, area_code, area_name
), seconds AS (
  SELECT election, area_code, votes AS second_votes, party AS second
  FROM current_contests
  QUALIFY row_number() OVER (PARTITION BY election, area_code ORDER BY votes DESC, entry_id) = 2
), elections AS (
  SELECT election, max(held_on) AS held_on, sum(votes) AS valid_votes
  FROM current_contests
  GROUP BY election
), shares AS (
  SELECT
    contests.party,
    elections.held_on,
    elections.election,
    100.0 * sum(contests.votes) / max(elections.valid_votes) AS percent
  FROM current_contests AS contests JOIN elections USING (election)
  GROUP BY contests.party, elections.held_on, elections.election
), rises AS (
  SELECT
    party,
    election,
    lag(election) OVER (PARTITION BY party ORDER BY held_on) AS before,
    percent - lag(percent) OVER (PARTITION BY party ORDER BY held_on) AS points
  FROM shares
), narrow AS (
  -- seats the winner of both elections holds over the party that came second, narrowest first
  SELECT
    seats.election,
    seats.winner,
    seconds.second,
    seats.first_votes - seconds.second_votes AS majority,
    row_number() OVER (
      PARTITION BY seats.election, seats.winner, seconds.second
      ORDER BY seats.first_votes - seconds.second_votes
    ) AS place
  FROM seats JOIN seconds USING (election, area_code)
), computed AS (
  SELECT
    area_name || ' majority, ' || election AS quantity,
    CAST(first_votes - second_votes AS DECIMAL(18, 2)) AS low,
    'votes' AS unit,
    'votes of the first less votes of the second' AS wording,
    'contests' AS ledger,
    entries
  FROM seats JOIN seconds USING (election, area_code)
  UNION ALL
  SELECT area_name || ' valid votes, ' || election, valid_votes, 'votes',
         'sum over the candidates', 'contests', entries
  FROM seats
  UNION ALL
  SELECT area_name || ' turnout in percent, ' || election,
         CAST(100.0 * valid_votes / electorate AS DECIMAL(18, 2)), 'percent',
         'valid votes of the electorate, to two decimals', 'contests', entries
  FROM seats
  WHERE electorate > 0
  UNION ALL
  SELECT 'United Kingdom electorate, ' || election, sum(electorate), 'people',
         'sum over the seats', 'contests', NULL
  FROM seats
  GROUP BY election
  HAVING count(electorate) = count(*)
  UNION ALL
  SELECT 'United Kingdom turnout in percent, ' || election,
         CAST(100.0 * sum(valid_votes) / sum(electorate) AS DECIMAL(18, 2)), 'percent',
         'valid votes of the electorate, to two decimals', 'contests', NULL
  FROM seats
  GROUP BY election
  HAVING count(electorate) = count(*)
  UNION ALL
  SELECT winner || ' seats won, ' || election, count(*), 'seats',
         'seats in which it has most votes', 'contests', NULL
  FROM seats
  GROUP BY winner, election
  UNION ALL
  SELECT party || ' share of valid votes, change in points from ' || before || ' to ' || election,
         CAST(points AS DECIMAL(18, 2)), 'points', 'of all valid votes, to two decimals',
         'contests', NULL
  FROM rises
  WHERE before IS NOT NULL
  UNION ALL
  SELECT 'Votes to be switched in the seven narrowest ' || winner || ' holds over ' || second
           || ', ' || election,
         sum(majority // 2 + 1), 'votes', 'half of each majority and one more', 'contests', NULL
  FROM narrow
  WHERE place <= 7
  GROUP BY winner, second, election
  HAVING count(*) = 7
  UNION ALL
  SELECT campaigns.name || ': total spending',
         CASE WHEN count(spend.low) = count(*) THEN sum(spend.low) END, spend.currency,
         'sum of the return', 'spend', string_agg(spend.entry_id, ' ' ORDER BY spend.entry_id)
  FROM current_spend AS spend JOIN current_campaigns AS campaigns USING (campaign_id)
  WHERE spend.record = 'return' AND spend.part_of IS NULL AND spend.channel IS NULL
  GROUP BY campaigns.name, spend.currency
  UNION ALL
  SELECT campaigns.name || ': ' || spend.channel || ' spending',
         CASE WHEN count(spend.low) = count(*) THEN sum(spend.low) END, spend.currency,
         'sum of the return', 'spend', string_agg(spend.entry_id, ' ' ORDER BY spend.entry_id)
  FROM current_spend AS spend JOIN current_campaigns AS campaigns USING (campaign_id)
  WHERE spend.record = 'return' AND spend.channel IS NOT NULL
  GROUP BY campaigns.name, spend.channel, spend.currency
  UNION ALL
  SELECT sources.title || ': sum of its rows',
         CASE WHEN count(spend.low) = count(*) THEN sum(spend.low) END, spend.currency,
         'sum of ' || count(*) || ' rows', 'spend',
         string_agg(spend.entry_id, ' ' ORDER BY spend.entry_id)
  FROM current_spend AS spend JOIN current_sources AS sources USING (source_id)
  WHERE spend.record = 'return' AND spend.part_of IS NULL
  GROUP BY sources.title, spend.currency
  HAVING count(*) > 1
), ranked AS (
  -- counted votes are the thing itself, and so is the sum of the rows somebody listed
  SELECT *, ledger = 'contests' OR quantity LIKE '%: sum of its rows' AS is_record
  FROM computed
), claimed AS (
  SELECT
    statements.quantity,
    statements.low,
    statements.high,
    statements.unit,
    statements.basis,
    statements.wording,
    statements.quote,
    statements.said_by,
    statements.reported_by,
    statements.modality,
    CASE sources.rank
      WHEN 'record' THEN 1 WHEN 'regulator' THEN 2 WHEN 'audited_return' THEN 3
      WHEN 'named_witness' THEN 4 WHEN 'unnamed_witness' THEN 5 ELSE 6
    END AS rank,
    sources.rank AS nearness,
    sources.origin_id AS origin,
    statements.entry_id AS entries
  FROM current_statements AS statements JOIN current_sources AS sources USING (source_id)
)
SELECT * FROM claimed
UNION ALL
SELECT
  quantity,
  low,
  low AS high,
  unit,
  'exact' AS basis,
  wording,
  NULL AS quote,
  CASE ledger WHEN 'contests' THEN 'the votes on the book' ELSE 'the returns on the book' END
    AS said_by,
  NULL AS reported_by,
  'asserted' AS modality,
  CASE WHEN is_record THEN 1 ELSE 3 END AS rank,
  CASE WHEN is_record THEN 'record' ELSE 'audited_return' END AS nearness,
  'computed from ' || ledger AS origin,
  entries
FROM ranked
WHERE quantity IN (SELECT quantity FROM claimed)
ORDER BY quantity, rank, low, said_by, entries
