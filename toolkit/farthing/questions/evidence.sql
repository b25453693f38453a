-- Who says what about the same quantity, who disagrees, and who could know.
--
-- What somebody printed stands beside what the votes and returns on the book come to. Statements
-- that share a value can all be true; where they share none, the gap is the least distance
-- between them. Two outlets that quote one witness are one origin, and a sum has the origin of
-- the rows it is made of. Nothing is dropped: the account nearest to the thing itself is
-- preferred, with the reason, and the others stay beside it.

-- name: statements
-- Every figure of each quantity: one row per statement, and one per figure computed from votes
-- or returns, of a quantity that is stated or that a stated one is made of. Units are in the row.
-- Entries names the rows of a figure, but for a sum of more than 200.
WITH graded AS (
  SELECT
    source_id,
    title,
    origin_id,
    CASE rank
      WHEN 'record' THEN 1 WHEN 'regulator' THEN 2 WHEN 'audited_return' THEN 3
      WHEN 'named_witness' THEN 4 WHEN 'unnamed_witness' THEN 5 ELSE 6
    END AS rank
  FROM current_sources
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
    statements.note,
    -- an opinion is ranked as one, whoever gives it
    CASE WHEN statements.modality = 'opinion' THEN 6 ELSE coalesce(graded.rank, 6) END AS rank,
    coalesce(graded.origin_id, statements.source_id) AS origin,
    CAST(NULL AS VARCHAR) AS computed_from,
    statements.entry_id AS entries
  FROM current_statements AS statements LEFT JOIN graded USING (source_id)
), terms AS (
  -- a quantity can be made of others: their names stand in its own
  SELECT DISTINCT
    quantity,
    replace(replace(replace(quantity, ' less ', ' plus '), ' as a multiple of ', ' plus '),
      ' as a percentage of ', ' plus ') AS parts
  FROM claimed
), wanted AS (
  SELECT quantity FROM terms
  UNION
  SELECT split_part(parts, ' plus ', places.place)
  FROM terms CROSS JOIN (SELECT * FROM (VALUES (1), (2), (3), (4)) AS numbers (place)) AS places
), electorates AS (
  -- the count that holds for the last day before the poll, for areas whose results have none
  SELECT
    election,
    area_code,
    arg_max(low, told) AS low,
    arg_max(high, told) AS high,
    arg_max(entry_id, told) AS entry
  FROM (
    SELECT
      contests.election,
      contests.area_code,
      audiences.low,
      audiences.high,
      audiences.entry_id,
      coalesce(CAST(audiences.as_of AS VARCHAR), '') || ' ' || audiences.entry_id AS told
    FROM (
      SELECT election, area_code, max(held_on) AS held_on
      FROM current_contests
      GROUP BY election, area_code
      HAVING count(electorate) = 0
    ) AS contests
    JOIN current_audiences AS audiences ON audiences.segment = contests.area_code
    WHERE audiences.segment_kind = 'area' AND audiences.low > 0 AND audiences.high IS NOT NULL
      AND coalesce(audiences.as_of, contests.held_on) <= contests.held_on
  ) AS counts
  GROUP BY election, area_code
), placed AS (
  SELECT
    contests.*,
    graded.origin_id,
    graded.rank,
    row_number() OVER (
      PARTITION BY election, area_code ORDER BY votes DESC, entry_id
    ) AS place
  FROM current_contests AS contests LEFT JOIN graded USING (source_id)
), counted AS (
  SELECT
    election,
    area_code,
    max(held_on) AS held_on,
    min(area_name) AS area_name,
    sum(votes) AS valid_votes,
    max(electorate) AS electorate,
    max(CASE WHEN place = 1 THEN party END) AS first,
    max(CASE WHEN place = 1 THEN votes END) AS first_votes,
    max(CASE WHEN place = 2 THEN party END) AS second,
    max(CASE WHEN place = 2 THEN votes END) AS second_votes,
    max(rank) AS rank,
    min(origin_id) AS origin,
    max(origin_id) AS other_origin,
    string_agg(entry_id, ' ' ORDER BY place) AS entries
  FROM placed
  GROUP BY election, area_code
), seats AS (
  -- a seat in which two have the most votes is won by lot, which the votes do not tell
  SELECT
    counted.* EXCLUDE (electorate),
    CASE WHEN first_votes > coalesce(second_votes, -1) THEN first END AS winner,
    coalesce(counted.electorate, electorates.low) AS electorate,
    coalesce(counted.electorate, electorates.high) AS most_electorate,
    electorates.entry AS electorate_entry,
    CASE WHEN electorates.entry IS NULL THEN 'contests' ELSE 'contests and audiences' END
      AS counted_from
  FROM counted LEFT JOIN electorates USING (election, area_code)
), elections AS (
  SELECT
    election,
    max(held_on) AS held_on,
    'the votes of ' || count(*) || CASE WHEN count(*) = 1 THEN ' seat' ELSE ' seats' END
      AS said_by,
    sum(electorate) AS electorate,
    sum(most_electorate) AS most_electorate,
    max(counted_from) AS counted_from,
    count(electorate) = count(*) AS is_whole,
    sum(valid_votes) AS valid_votes,
    max(rank) AS rank,
    min(origin) AS origin,
    max(other_origin) AS other_origin
  FROM seats
  GROUP BY election
), shares AS (
  SELECT
    contests.party,
    elections.*,
    100.0 * votes / nullif(valid_votes, 0) AS percent
  FROM elections JOIN (
    SELECT election, party, sum(votes) AS votes FROM current_contests GROUP BY election, party
  ) AS contests USING (election)
), rises AS (
  SELECT
    party,
    election,
    lag(election) OVER earlier AS before,
    percent - lag(percent) OVER earlier AS points,
    said_by,
    greatest(rank, lag(rank) OVER earlier) AS rank,
    least(origin, lag(origin) OVER earlier) AS origin,
    greatest(other_origin, lag(other_origin) OVER earlier) AS other_origin
  FROM shares
  WINDOW earlier AS (PARTITION BY party ORDER BY held_on)
), held AS (
  SELECT *, lag(winner) OVER (PARTITION BY area_code ORDER BY held_on) AS holder FROM seats
), narrow AS (
  -- seats that their holder has kept, or whose holder is not on the book, narrowest first
  SELECT
    held.*,
    row_number() OVER (
      PARTITION BY election, winner, second ORDER BY first_votes - second_votes, area_code
    ) AS place
  FROM held
  WHERE coalesce(holder, winner) = winner AND second IS NOT NULL
), unmerged AS (
  -- a row that is a part of another of its campaign, return and channel is in that sum already
  SELECT spend.*
  FROM current_spend AS spend
  LEFT JOIN current_spend AS whole
    ON whole.entry_id = spend.part_of
    AND whole.campaign_id = spend.campaign_id
    AND whole.record = spend.record
    AND whole.channel IS NOT DISTINCT FROM spend.channel
  WHERE spend.record = 'return' AND whole.entry_id IS NULL
), returned AS (
  SELECT
    campaigns.name || CASE WHEN channel IS NULL THEN ': total' ELSE ': ' || channel END
      || ' spending' AS quantity,
    unmerged.*,
    campaigns.campaign_id AS thing,
    graded.origin_id,
    graded.rank
  FROM unmerged
  JOIN current_campaigns AS campaigns USING (campaign_id)
  LEFT JOIN graded ON graded.source_id = unmerged.source_id
  UNION ALL
  -- the sum of the rows somebody listed is the thing itself
  SELECT
    graded.title || ': sum of its rows', spend.*, spend.source_id, graded.origin_id, 1
  FROM current_spend AS spend JOIN graded USING (source_id)
  WHERE spend.record = 'return' AND spend.part_of IS NULL
), tables AS (
  -- several series of a campaign tell of the same money, and the greatest least and most stand
  SELECT
    quantity,
    currency,
    thing,
    campaign_id,
    CASE WHEN count(low) = count(*) THEN sum(low) END AS low,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high,
    count(*) AS row_count,
    max(rank) AS rank,
    min(origin_id) AS origin,
    max(origin_id) AS other_origin,
    string_agg(CASE WHEN place <= 200 THEN entry_id END, ' ' ORDER BY entry_id) AS entries
  FROM (
    SELECT
      returned.*,
      row_number() OVER (PARTITION BY quantity, currency ORDER BY entry_id) AS place
    FROM returned
    WHERE quantity IN (SELECT quantity FROM wanted)
  ) AS stated
  GROUP BY quantity, currency, thing, campaign_id, coalesce(series, '')
), told AS (
  SELECT
    quantity,
    currency,
    thing,
    max(low) AS low,
    CASE WHEN count(high) = count(*) THEN max(high) END AS high,
    sum(row_count) AS row_count,
    count(*) AS series,
    max(rank) AS rank,
    min(origin) AS origin,
    max(other_origin) AS other_origin,
    string_agg(entries, ' ' ORDER BY entries) AS entries
  FROM tables
  GROUP BY quantity, currency, thing, campaign_id
), sums AS (
  -- where two campaigns or two sources are called the same, no sum is made of the two
  SELECT
    quantity,
    CASE WHEN count(low) = count(*) THEN sum(low) END AS low,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high,
    currency,
    'sum of ' || CAST(sum(row_count) AS BIGINT)
      || CASE WHEN sum(row_count) = 1 THEN ' row' ELSE ' rows' END
      || CASE WHEN max(series) = 1 THEN '' ELSE ' in several tables of the same money' END
      AS wording,
    max(rank) AS rank,
    min(origin) AS origin,
    max(other_origin) AS other_origin,
    CASE WHEN sum(row_count) <= 200 THEN string_agg(entries, ' ' ORDER BY entries) END AS entries
  FROM told
  GROUP BY quantity, currency
  HAVING count(DISTINCT thing) = 1
    AND (sum(row_count) > 1 OR quantity NOT LIKE '%: sum of its rows')
), computed AS (
  SELECT
    area_name || ' majority, ' || election AS quantity,
    CAST(first_votes - second_votes AS DECIMAL(18, 2)) AS low,
    CAST(first_votes - second_votes AS DECIMAL(18, 2)) AS high,
    'votes' AS unit,
    'votes of the first less votes of the second' AS wording,
    'the votes on the book' AS said_by,
    'contests' AS computed_from,
    rank,
    origin,
    other_origin,
    entries
  FROM seats
  WHERE second_votes IS NOT NULL
  UNION ALL
  SELECT area_name || ' valid votes, ' || election, valid_votes, valid_votes, 'votes',
         'sum over the candidates', 'the votes on the book', 'contests', rank, origin,
         other_origin, entries
  FROM seats
  UNION ALL
  SELECT area_name || ' turnout in percent, ' || election,
         CAST(100.0 * valid_votes / most_electorate AS DECIMAL(18, 2)),
         CAST(100.0 * valid_votes / electorate AS DECIMAL(18, 2)), 'percent',
         'valid votes of the electorate, to two decimals', 'the votes on the book', counted_from,
         rank, origin, other_origin, concat_ws(' ', entries, electorate_entry)
  FROM seats
  WHERE electorate > 0
  UNION ALL
  SELECT 'United Kingdom electorate, ' || election, electorate, most_electorate, 'people',
         'sum over the seats', said_by, counted_from, rank, origin, other_origin, NULL
  FROM elections
  WHERE is_whole
  UNION ALL
  SELECT 'United Kingdom turnout in percent, ' || election,
         CAST(100.0 * valid_votes / most_electorate AS DECIMAL(18, 2)),
         CAST(100.0 * valid_votes / electorate AS DECIMAL(18, 2)), 'percent',
         'valid votes of the electorate, to two decimals', said_by, counted_from, rank, origin,
         other_origin, NULL
  FROM elections
  WHERE is_whole AND electorate > 0
  UNION ALL
  SELECT winner || ' seats won, ' || election, count(*), count(*), 'seats',
         'seats in which it has most votes', any_value(elections.said_by), 'contests',
         any_value(elections.rank), any_value(elections.origin),
         any_value(elections.other_origin), NULL
  FROM seats JOIN elections USING (election)
  WHERE winner IS NOT NULL
  GROUP BY winner, election
  UNION ALL
  SELECT party || ' share of valid votes, change in points from ' || before || ' to ' || election,
         CAST(points AS DECIMAL(18, 2)), CAST(points AS DECIMAL(18, 2)), 'points',
         'of all valid votes, to two decimals', said_by, 'contests', rank, origin, other_origin,
         NULL
  FROM rises
  WHERE before IS NOT NULL
  UNION ALL
  SELECT 'Votes to be switched in the seven narrowest ' || winner || ' holds over ' || second
           || ', ' || election,
         sum((first_votes - second_votes) // 2 + 1), sum((first_votes - second_votes) // 2 + 1),
         'votes', 'half of each majority and one more', 'the votes on the book', 'contests',
         max(rank), min(origin), max(other_origin), string_agg(entries, ' ' ORDER BY place)
  FROM narrow
  WHERE place <= 7
  GROUP BY winner, second, election
  HAVING count(*) = 7
  UNION ALL
  SELECT quantity, low, high, currency, wording, 'the returns on the book', 'spend', rank,
         origin, other_origin, entries
  FROM sums
), every AS (
  SELECT * FROM claimed
  UNION ALL
  SELECT
    quantity,
    low,
    high,
    unit,
    CASE WHEN low = high THEN 'exact' ELSE 'derived' END,
    wording,
    NULL,
    said_by,
    NULL,
    'asserted',
    NULL,
    coalesce(rank, 6),
    CASE WHEN origin = other_origin THEN origin ELSE 'computed from ' || computed_from END,
    computed_from,
    entries
  FROM computed
  WHERE quantity IN (SELECT quantity FROM wanted)
)
SELECT
  * EXCLUDE (origin, computed_from, entries),
  CASE rank
    WHEN 1 THEN 'record' WHEN 2 THEN 'regulator' WHEN 3 THEN 'audited_return'
    WHEN 4 THEN 'named_witness' WHEN 5 THEN 'unnamed_witness' ELSE 'opinion'
  END AS nearness,
  origin,
  computed_from,
  entries
FROM every
ORDER BY quantity, rank, low, said_by, entries

-- name: history
-- What was on the book of a quantity before: one row per statement that was replaced or withdrawn,
-- or that replaced another, with the import that it came by and the entry that it gave way to.
-- Moments are UTC.
WITH known AS (
  SELECT statements.*, known_imports.file, known_imports.posted_at
  FROM statements JOIN known_imports USING (batch_id)
), corrections AS (
  SELECT coalesce(supersedes, reverses) AS entry_id, entry_id AS by_entry, posted_at, file,
    CASE WHEN reverses IS NULL THEN 'replaced' ELSE 'withdrawn' END AS became
  FROM known
  WHERE supersedes IS NOT NULL OR reverses IS NOT NULL
)
SELECT
  known.quantity,
  known.unit,
  known.low,
  known.high,
  known.wording,
  known.said_by,
  known.reported_by,
  known.modality,
  known.posted_at,
  known.file,
  coalesce(corrections.became, 'in force') AS became,
  corrections.posted_at AS until,
  corrections.by_entry,
  corrections.file AS by_file,
  known.note,
  known.entry_id AS entries
FROM known LEFT JOIN corrections ON corrections.entry_id = known.entry_id
WHERE known.reverses IS NULL
  AND (known.supersedes IS NOT NULL OR corrections.entry_id IS NOT NULL)
ORDER BY quantity, unit, posted_at, entries, until, by_entry
