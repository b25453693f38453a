-- Counts of delivery that contradict each other.
--
-- Of one campaign, channel, period, segment and series ("a cell") the counts are held against
-- each other. Impressions are times seen, and those of one cell, as of several advertisements, add
-- up; people are persons, who may overlap and are never added up but as the most there can be.
-- Where a count is a range only what no value of it allows fails.

-- shared: shown
WITH shown AS (
  SELECT
    campaign_id, channel, series, segment_kind, segment, starts_on, ends_before,
    CASE WHEN count(low) = count(*) THEN sum(low) END AS low,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high,
    min(entry_id) AS first_entry
  FROM current_reach
  WHERE measure = 'impressions'
  GROUP BY campaign_id, channel, series, segment_kind, segment, starts_on, ends_before
)

-- name: people_within_impressions
-- holds: Nobody was reached without an impression.
-- fails: more people are counted than impressions
-- open: an open end leaves undecided whether there are more people than impressions
-- of: counts of people
-- One row per count of people with impressions of the same cell.
-- include: shown
SELECT
  'reach' AS ledger,
  people.entry_id,
  people.low <= shown.high AS holds,
  people.low AS people_low,
  people.high AS people_high,
  shown.low AS impressions_low,
  shown.high AS impressions_high,
  shown.first_entry AS impressions_entry
FROM current_reach AS people
JOIN shown
  ON shown.campaign_id = people.campaign_id
  AND shown.channel IS NOT DISTINCT FROM people.channel
  AND shown.series IS NOT DISTINCT FROM people.series
  AND shown.segment_kind = people.segment_kind
  AND shown.segment IS NOT DISTINCT FROM people.segment
  AND shown.starts_on IS NOT DISTINCT FROM people.starts_on
  AND shown.ends_before IS NOT DISTINCT FROM people.ends_before
WHERE people.measure = 'people'

-- name: none_with_none
-- holds: Nobody was reached where nothing was shown, and somebody where something was.
-- fails: one of people and impressions is nought and the other is not
-- open: an open end leaves undecided whether one of the two is nought
-- of: counts of people
-- One row per count of people with impressions of the same cell. Where a cell has several counts of
-- people, the impressions may all be those of another: only that all are nought is held against
-- them.
-- include: shown
, reached AS (
  SELECT
    campaign_id, channel, series, segment_kind, segment, starts_on, ends_before,
    CASE WHEN count(high) = count(*) THEN max(high) END AS high
  FROM current_reach
  WHERE measure = 'people'
  GROUP BY campaign_id, channel, series, segment_kind, segment, starts_on, ends_before
)
SELECT
  'reach' AS ledger,
  people.entry_id,
  CASE
    WHEN (reached.high = 0 AND shown.low > 0) OR (people.low > 0 AND shown.high = 0) THEN false
    WHEN reached.high IS NULL AND coalesce(people.low, 0) = 0 AND shown.low > 0 THEN NULL
    WHEN shown.high IS NULL AND coalesce(shown.low, 0) = 0 AND people.low > 0 THEN NULL
    ELSE true
  END AS holds,
  people.low AS people_low,
  people.high AS people_high,
  shown.low AS impressions_low,
  shown.high AS impressions_high,
  shown.first_entry AS impressions_entry
FROM current_reach AS people
JOIN shown
  ON shown.campaign_id = people.campaign_id
  AND shown.channel IS NOT DISTINCT FROM people.channel
  AND shown.series IS NOT DISTINCT FROM people.series
  AND shown.segment_kind = people.segment_kind
  AND shown.segment IS NOT DISTINCT FROM people.segment
  AND shown.starts_on IS NOT DISTINCT FROM people.starts_on
  AND shown.ends_before IS NOT DISTINCT FROM people.ends_before
JOIN reached
  ON reached.campaign_id = people.campaign_id
  AND reached.channel IS NOT DISTINCT FROM people.channel
  AND reached.series IS NOT DISTINCT FROM people.series
  AND reached.segment_kind = people.segment_kind
  AND reached.segment IS NOT DISTINCT FROM people.segment
  AND reached.starts_on IS NOT DISTINCT FROM people.starts_on
  AND reached.ends_before IS NOT DISTINCT FROM people.ends_before
WHERE people.measure = 'people'

-- name: actions_within_impressions
-- holds: Nobody clicked or watched what was not shown.
-- fails: more clicks or views of a video are counted than impressions
-- open: an open end leaves undecided whether there are more than impressions
-- of: counts of clicks and views
-- One row per count of clicks or video views with impressions of the same cell.
-- include: shown
SELECT
  'reach' AS ledger,
  acted.entry_id,
  acted.low <= shown.high AS holds,
  acted.measure,
  acted.low AS count_low,
  acted.high AS count_high,
  shown.low AS impressions_low,
  shown.high AS impressions_high,
  shown.first_entry AS impressions_entry
FROM current_reach AS acted
JOIN shown
  ON shown.campaign_id = acted.campaign_id
  AND shown.channel IS NOT DISTINCT FROM acted.channel
  AND shown.series IS NOT DISTINCT FROM acted.series
  AND shown.segment_kind = acted.segment_kind
  AND shown.segment IS NOT DISTINCT FROM acted.segment
  AND shown.starts_on IS NOT DISTINCT FROM acted.starts_on
  AND shown.ends_before IS NOT DISTINCT FROM acted.ends_before
WHERE acted.measure IN ('clicks', 'video_views')

-- name: people_within_population
-- holds: No more people were reached than there are.
-- fails: more people are counted than the population of that name has
-- open: no population of that name is on the book, or its size is open
-- One row per count of people. The population of a segment has the same kind and name; that of
-- all people is the largest audience of the kind "all". Platforms count accounts and visitors.
WITH populations AS (
  SELECT
    segment_kind,
    CASE WHEN segment_kind = 'all' THEN '' ELSE segment END AS segment,
    CASE WHEN count(high) = count(*) THEN max(high) END AS high,
    min(entry_id) AS population_entry
  FROM current_audiences
  GROUP BY segment_kind, CASE WHEN segment_kind = 'all' THEN '' ELSE segment END
)
SELECT
  'reach' AS ledger,
  people.entry_id,
  people.low <= populations.high AS holds,
  people.low AS people_low,
  people.high AS people_high,
  populations.high AS population,
  people.segment_kind,
  people.segment,
  populations.population_entry
FROM current_reach AS people
LEFT JOIN populations
  ON populations.segment_kind = people.segment_kind
  AND populations.segment
    = CASE WHEN people.segment_kind = 'all' THEN '' ELSE coalesce(people.segment, '') END
WHERE people.measure = 'people'

-- name: part_within_all
-- holds: No segment has more than all.
-- fails: more is counted for one segment than for all
-- open: an open end leaves undecided whether a segment has more than all
-- of: counts of a segment
-- One row per count of a segment with a count of all of the same campaign, channel, period,
-- measure and series. The count of all is no less than that of its largest part; several counts of
-- all are added up, which is the most that all can be.
WITH every AS (
  SELECT
    campaign_id, measure, channel, series, starts_on, ends_before,
    CASE WHEN count(low) = count(*) THEN sum(low) END AS low,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high,
    min(entry_id) AS first_entry
  FROM current_reach
  WHERE segment_kind = 'all'
  GROUP BY campaign_id, measure, channel, series, starts_on, ends_before
)
SELECT
  'reach' AS ledger,
  part.entry_id,
  part.low <= every.high AS holds,
  part.measure,
  part.segment,
  part.low AS part_low,
  part.high AS part_high,
  every.low AS all_low,
  every.high AS all_high,
  every.first_entry AS all_entry
FROM current_reach AS part
JOIN every
  ON every.campaign_id = part.campaign_id
  AND every.measure = part.measure
  AND every.channel IS NOT DISTINCT FROM part.channel
  AND every.series IS NOT DISTINCT FROM part.series
  AND every.starts_on IS NOT DISTINCT FROM part.starts_on
  AND every.ends_before IS NOT DISTINCT FROM part.ends_before
WHERE part.segment_kind <> 'all'

-- name: channel_within_total
-- holds: No channel reached more than all channels together.
-- fails: more is counted for one channel than for all channels together
-- open: an open end leaves undecided whether a channel has more than all
-- of: counts of a channel
-- One row per count of a channel with a count without a channel of the same campaign, period,
-- measure, segment and series; several of those are added up.
WITH every AS (
  SELECT
    campaign_id, measure, series, segment_kind, segment, starts_on, ends_before,
    CASE WHEN count(low) = count(*) THEN sum(low) END AS low,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high,
    min(entry_id) AS first_entry
  FROM current_reach
  WHERE channel IS NULL
  GROUP BY campaign_id, measure, series, segment_kind, segment, starts_on, ends_before
)
SELECT
  'reach' AS ledger,
  part.entry_id,
  part.low <= every.high AS holds,
  part.measure,
  part.channel,
  part.low AS channel_low,
  part.high AS channel_high,
  every.low AS all_low,
  every.high AS all_high,
  every.first_entry AS all_entry
FROM current_reach AS part
JOIN every
  ON every.campaign_id = part.campaign_id
  AND every.measure = part.measure
  AND every.series IS NOT DISTINCT FROM part.series
  AND every.segment_kind = part.segment_kind
  AND every.segment IS NOT DISTINCT FROM part.segment
  AND every.starts_on IS NOT DISTINCT FROM part.starts_on
  AND every.ends_before IS NOT DISTINCT FROM part.ends_before
WHERE part.channel IS NOT NULL

-- name: all_within_channels
-- holds: All channels together reached no more than the sum of the channels.
-- fails: all channels together have more than the sum of the channels that are counted
-- open: an open end leaves undecided whether all have more than the sum
-- weight: hint
-- One row per count without a channel with counts of channels of the same campaign, period,
-- measure, segment and series. A channel that is not counted explains it.
WITH channels AS (
  SELECT
    campaign_id, measure, series, segment_kind, segment, starts_on, ends_before,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high,
    count(*) AS channels
  FROM current_reach
  WHERE channel IS NOT NULL
  GROUP BY campaign_id, measure, series, segment_kind, segment, starts_on, ends_before
)
SELECT
  'reach' AS ledger,
  whole.entry_id,
  whole.low <= channels.high AS holds,
  whole.measure,
  whole.low AS all_low,
  whole.high AS all_high,
  channels.high AS sum_of_channels,
  channels.channels
FROM current_reach AS whole
JOIN channels
  ON channels.campaign_id = whole.campaign_id
  AND channels.measure = whole.measure
  AND channels.series IS NOT DISTINCT FROM whole.series
  AND channels.segment_kind = whole.segment_kind
  AND channels.segment IS NOT DISTINCT FROM whole.segment
  AND channels.starts_on IS NOT DISTINCT FROM whole.starts_on
  AND channels.ends_before IS NOT DISTINCT FROM whole.ends_before
WHERE whole.channel IS NULL

-- name: segments_within_all
-- holds: The segments of one kind do not come to more impressions than all.
-- fails: the segments of one kind come to more impressions than all
-- open: an open end leaves undecided whether the segments come to more than all
-- of: kinds of segment
-- One row per kind of segment with impressions of all of the same campaign, channel, period and
-- series, all of them added up; the entry is the first of all. Audiences may overlap and are left
-- out.
WITH segments AS (
  SELECT
    campaign_id, channel, series, starts_on, ends_before, segment_kind,
    CASE WHEN count(low) = count(*) THEN sum(low) END AS low,
    count(*) AS segments
  FROM current_reach
  WHERE measure = 'impressions' AND segment_kind IN ('area', 'age', 'gender', 'age_gender')
  GROUP BY campaign_id, channel, series, starts_on, ends_before, segment_kind
), every AS (
  SELECT
    campaign_id, channel, series, starts_on, ends_before,
    CASE WHEN count(low) = count(*) THEN sum(low) END AS low,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high,
    min(entry_id) AS entry_id
  FROM current_reach
  WHERE measure = 'impressions' AND segment_kind = 'all'
  GROUP BY campaign_id, channel, series, starts_on, ends_before
)
SELECT
  'reach' AS ledger,
  every.entry_id,
  segments.low <= every.high AS holds,
  segments.segment_kind,
  segments.segments,
  segments.low AS segments_low,
  every.low AS all_low,
  every.high AS all_high
FROM every
JOIN segments
  ON segments.campaign_id = every.campaign_id
  AND segments.channel IS NOT DISTINCT FROM every.channel
  AND segments.series IS NOT DISTINCT FROM every.series
  AND segments.starts_on IS NOT DISTINCT FROM every.starts_on
  AND segments.ends_before IS NOT DISTINCT FROM every.ends_before

-- name: all_within_segments
-- holds: All is no more than the segments of one kind come to.
-- fails: all has more than the segments of one kind come to
-- open: an open end leaves undecided whether all has more than the segments
-- of: kinds of segment
-- weight: hint
-- One row per kind of segment with one count of all of the same campaign, channel, period, measure
-- (impressions or people) and series. A segment that is not shown explains it.
WITH segments AS (
  SELECT
    campaign_id, measure, channel, series, starts_on, ends_before, segment_kind,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high,
    count(*) AS segments
  FROM current_reach
  WHERE measure IN ('impressions', 'people')
    AND segment_kind IN ('area', 'age', 'gender', 'age_gender')
  GROUP BY campaign_id, measure, channel, series, starts_on, ends_before, segment_kind
), every AS (
  SELECT
    campaign_id, measure, channel, series, starts_on, ends_before,
    min(low) AS low,
    min(high) AS high,
    min(entry_id) AS entry_id
  FROM current_reach
  WHERE segment_kind = 'all'
  GROUP BY campaign_id, measure, channel, series, starts_on, ends_before
  HAVING count(*) = 1
)
SELECT
  'reach' AS ledger,
  every.entry_id,
  every.low <= segments.high AS holds,
  every.measure,
  segments.segment_kind,
  segments.segments,
  segments.high AS segments_high,
  every.low AS all_low,
  every.high AS all_high
FROM every
JOIN segments
  ON segments.campaign_id = every.campaign_id
  AND segments.measure = every.measure
  AND segments.channel IS NOT DISTINCT FROM every.channel
  AND segments.series IS NOT DISTINCT FROM every.series
  AND segments.starts_on IS NOT DISTINCT FROM every.starts_on
  AND segments.ends_before IS NOT DISTINCT FROM every.ends_before

-- name: cumulative
-- holds: A count from one first day does not shrink as its period grows.
-- fails: the count is less than that of a shorter period from the same day
-- open: nothing
-- of: counts
-- One row per count with a whole period, of one campaign, channel, measure, segment and series.
-- Counts that a publisher keeps under keys of their own may be of different advertisements, and
-- are left out.
WITH counts AS (
  SELECT
    entry_id, measure, starts_on, ends_before, low, high,
    max(low) OVER (
      PARTITION BY campaign_id, measure, channel, series, segment_kind, segment, starts_on
      ORDER BY ends_before
      RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS shorter_low
  FROM current_reach
  WHERE starts_on IS NOT NULL AND ends_before IS NOT NULL AND record_key IS NULL
)
SELECT
  'reach' AS ledger,
  entry_id,
  coalesce(shorter_low <= high, true) AS holds,
  measure,
  starts_on,
  ends_before,
  low AS count_low,
  high AS count_high,
  shorter_low
FROM counts

-- name: asked_within_audience
-- holds: No more of a panel were asked than there are.
-- fails: more were asked than the audience of that name has people
-- open: no audience of that name is on the book, or its size is open
-- One row per sighting that says how many were asked.
SELECT
  'sightings' AS ledger,
  sightings.entry_id,
  sightings.asked <= audiences.high AS holds,
  sightings.panel,
  sightings.asked,
  audiences.high AS population,
  audiences.entry_id AS population_entry
FROM current_sightings AS sightings
LEFT JOIN (
  SELECT segment, max(high) AS high, min(entry_id) AS entry_id
  FROM current_audiences
  WHERE segment_kind <> 'all'
  GROUP BY segment
  HAVING count(high) = count(*)
) AS audiences ON audiences.segment = sightings.panel
WHERE sightings.asked IS NOT NULL

-- name: often_seen
-- weight: hint
-- holds: Nobody saw one campaign more than a hundred times in one period.
-- fails: each person saw it more than a hundred times, on average
-- open: an open end leaves the times open
-- of: counts of people
-- One row per cell with impressions and one count of people, not nought.
-- include: shown
, people AS (
  SELECT
    campaign_id, channel, series, segment_kind, segment, starts_on, ends_before,
    min(low) AS low,
    min(high) AS high,
    min(entry_id) AS entry_id
  FROM current_reach
  WHERE measure = 'people'
  GROUP BY campaign_id, channel, series, segment_kind, segment, starts_on, ends_before
  HAVING count(*) = 1
)
SELECT
  'reach' AS ledger,
  people.entry_id,
  shown.low <= 100 * people.high AS holds,
  people.low AS people_low,
  people.high AS people_high,
  shown.low AS impressions_low,
  shown.high AS impressions_high
FROM people
JOIN shown
  ON shown.campaign_id = people.campaign_id
  AND shown.channel IS NOT DISTINCT FROM people.channel
  AND shown.series IS NOT DISTINCT FROM people.series
  AND shown.segment_kind = people.segment_kind
  AND shown.segment IS NOT DISTINCT FROM people.segment
  AND shown.starts_on IS NOT DISTINCT FROM people.starts_on
  AND shown.ends_before IS NOT DISTINCT FROM people.ends_before
WHERE people.high IS NULL OR people.high > 0
