-- Whom did it reach, and whom was it meant for? Delivery by segment beside a yardstick.
--
-- Delivery of one campaign, way of dividing people and measure is a composition. Impressions of
-- the rows of one segment are added up; people are not, since one person can stand in two rows:
-- between the greatest row and the sum of them lies how many there were. Several series tell of
-- the same delivery, and the fullest stands. The yardstick is, in this order: the people of those
-- segments that the campaign's intended_audience names; all people of each segment; where the
-- book has no people of such segments, the delivery of all its campaigns. Custom audiences may
-- overlap: no composition is made of them.

-- name: cells
-- Delivery and yardstick of each segment: one row per campaign, way of dividing people, measure
-- and segment, for the twelve fullest compositions of each measure. A segment that one of the two does
-- not have is nothing there. Impressions, people, clicks or views by measure; the yardstick is
-- people, or what was delivered by all campaigns; NULL is without bound. people_low and
-- people_high are those of the segment whoever it was meant for, NULL where the book has none.
WITH added AS (
  SELECT
    campaign_id,
    segment_kind,
    measure,
    coalesce(series, '') AS series,
    segment,
    CASE
      WHEN measure = 'people' THEN max(coalesce(low, 0)) ELSE sum(coalesce(low, 0))
    END AS low,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high
  FROM current_reach
  WHERE segment_kind IN ('area', 'age', 'gender', 'age_gender') AND segment IS NOT NULL
  GROUP BY campaign_id, segment_kind, measure, coalesce(series, ''), segment
), fullest AS (
  SELECT
    campaign_id,
    segment_kind,
    measure,
    series,
    sum(low) AS least,
    sum(coalesce(high, low)) AS most
  FROM added
  GROUP BY campaign_id, segment_kind, measure, series
  QUALIFY row_number() OVER (
    PARTITION BY campaign_id, segment_kind, measure ORDER BY sum(low) DESC, sum(coalesce(high, low)) DESC, series
  ) = 1
), chosen AS (
  SELECT
    *,
    row_number() OVER (
      PARTITION BY measure ORDER BY most DESC, campaign_id, segment_kind
    ) AS place,
    count(*) OVER () AS compositions
  FROM fullest
), delivered AS (
  SELECT added.*
  FROM added JOIN fullest
    ON fullest.campaign_id = added.campaign_id
    AND fullest.segment_kind = added.segment_kind
    AND fullest.measure = added.measure
    AND fullest.series = added.series
), everyone AS (
  -- the campaigns of a book may have reached the same people
  SELECT
    segment_kind,
    measure,
    segment,
    CASE WHEN measure = 'people' THEN max(low) ELSE sum(low) END AS low,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high,
    count(DISTINCT campaign_id) AS campaigns
  FROM delivered
  GROUP BY segment_kind, measure, segment
), latest AS (
  SELECT segment_kind, segment, low, high
  FROM current_audiences
  WHERE segment_kind IN ('area', 'age', 'gender', 'age_gender')
  QUALIFY dense_rank() OVER (
    PARTITION BY segment_kind, segment
    ORDER BY CASE WHEN low IS NULL AND high IS NULL THEN 1 ELSE 0 END, as_of DESC NULLS LAST
  ) = 1
), people AS (
  -- two counts of one day are joined to the range that holds them both
  SELECT
    segment_kind,
    segment,
    min(coalesce(low, 0)) AS low,
    CASE WHEN count(high) = count(*) THEN max(high) END AS high
  FROM latest
  GROUP BY segment_kind, segment
), wanted AS (
  SELECT
    campaign_id,
    ';' || replace(replace(lower(intended_audience), '; ', ';'), ', ', ';') || ';' AS named
  FROM current_campaigns
  WHERE intended_audience IS NOT NULL
), intended AS (
  SELECT wanted.campaign_id, people.segment_kind, people.segment, people.low, people.high
  FROM wanted JOIN people ON strpos(wanted.named, ';' || lower(people.segment) || ';') > 0
), meant AS (
  SELECT
    chosen.campaign_id,
    chosen.segment_kind,
    chosen.measure,
    CASE
      WHEN chosen.campaign_id || ' ' || chosen.segment_kind IN (
        SELECT campaign_id || ' ' || segment_kind FROM intended
      ) THEN 'intended'
      WHEN chosen.segment_kind IN (SELECT segment_kind FROM people) THEN 'population'
      ELSE 'all campaigns'
    END AS held_against
  FROM chosen
  WHERE place <= 12
), yardsticks AS (
  SELECT meant.campaign_id, meant.segment_kind, meant.measure, segment, low, high
  FROM meant JOIN intended
    ON intended.campaign_id = meant.campaign_id AND intended.segment_kind = meant.segment_kind
  WHERE held_against = 'intended'
  UNION ALL
  SELECT meant.campaign_id, meant.segment_kind, meant.measure, segment, low, high
  FROM meant JOIN people ON people.segment_kind = meant.segment_kind
  WHERE held_against = 'population'
  UNION ALL
  SELECT meant.campaign_id, meant.segment_kind, meant.measure, segment, low, high
  FROM meant JOIN everyone
    ON everyone.segment_kind = meant.segment_kind AND everyone.measure = meant.measure
  WHERE held_against = 'all campaigns'
), reached AS (
  SELECT delivered.*
  FROM delivered JOIN meant
    ON meant.campaign_id = delivered.campaign_id
    AND meant.segment_kind = delivered.segment_kind
    AND meant.measure = delivered.measure
), cells AS (
  SELECT
    campaign_id,
    segment_kind,
    measure,
    segment,
    CAST(CASE WHEN reached.segment IS NULL THEN 0 ELSE reached.low END AS DECIMAL(38, 2))
      AS delivered_low,
    CAST(CASE WHEN reached.low IS NULL THEN 0 ELSE reached.high END AS DECIMAL(38, 2))
      AS delivered_high,
    CAST(CASE WHEN yardsticks.low IS NULL THEN 0 ELSE yardsticks.low END AS DECIMAL(38, 2))
      AS yardstick_low,
    CAST(CASE WHEN yardsticks.low IS NULL THEN 0 ELSE yardsticks.high END AS DECIMAL(38, 2))
      AS yardstick_high
  FROM reached FULL JOIN yardsticks USING (campaign_id, segment_kind, measure, segment)
)
SELECT
  coalesce(campaigns.name, cells.campaign_id) AS campaign,
  cells.segment_kind,
  cells.measure,
  cells.segment,
  cells.delivered_low,
  cells.delivered_high,
  meant.held_against,
  cells.yardstick_low,
  cells.yardstick_high,
  people.low AS people_low,
  people.high AS people_high,
  chosen.place,
  chosen.compositions,
  campaigns.intended_audience,
  campaigns.organisation,
  cells.campaign_id
FROM cells
JOIN meant
  ON meant.campaign_id = cells.campaign_id
  AND meant.segment_kind = cells.segment_kind
  AND meant.measure = cells.measure
JOIN chosen
  ON chosen.campaign_id = cells.campaign_id
  AND chosen.segment_kind = cells.segment_kind
  AND chosen.measure = cells.measure
LEFT JOIN current_campaigns AS campaigns ON campaigns.campaign_id = cells.campaign_id
LEFT JOIN people
  ON people.segment_kind = cells.segment_kind AND people.segment = cells.segment
ORDER BY chosen.place, cells.measure, cells.segment

-- rows: cells
SELECT campaign_id, segment_kind, measure, segment, 'reach' AS ledger, entry_id
FROM current_reach
UNION ALL
SELECT reach.campaign_id, reach.segment_kind, reach.measure, people.segment, 'audiences',
  people.entry_id
FROM (SELECT DISTINCT campaign_id, segment_kind, measure FROM current_reach) AS reach
JOIN current_audiences AS people ON people.segment_kind = reach.segment_kind

-- name: panels
-- Who is said, or was found, to have seen it: one row per panel. Counts are people; NULL is a
-- number that nobody gives.
SELECT
  coalesce(campaigns.name, sightings.campaign_id) AS campaign,
  sightings.panel,
  sightings.selection,
  coalesce(sightings.asked, CASE WHEN sightings.outcome = 'all' THEN sightings.saw END) AS asked,
  CASE
    WHEN sightings.outcome = 'all' THEN coalesce(sightings.saw, sightings.asked)
    WHEN sightings.outcome = 'none' THEN 0
    ELSE sightings.saw
  END AS saw,
  sightings.outcome,
  sightings.said_by,
  sightings.reported_by,
  campaigns.intended_audience,
  sightings.entry_id AS entries,
  sightings.campaign_id
FROM current_sightings AS sightings LEFT JOIN current_campaigns AS campaigns USING (campaign_id)
ORDER BY campaign, sightings.campaign_id, sightings.panel, entries

-- name: unmeasured
-- Campaigns of which it is on the book whom they were meant for, and not by segment whom they
-- reached: one row per campaign.
SELECT
  name AS campaign,
  organisation,
  intended_audience,
  entry_id AS entries,
  campaign_id
FROM current_campaigns
WHERE intended_audience IS NOT NULL
  AND campaign_id NOT IN (
    SELECT campaign_id
    FROM current_reach
    WHERE segment_kind IN ('area', 'age', 'gender', 'age_gender') AND segment IS NOT NULL
  )
ORDER BY campaign, campaign_id
