-- Counts of delivery that contradict each other.
--
-- Of one campaign, channel, period, segment and series ("a cell") the counts are held against
-- each other. Impressions are times seen; people are persons, who may overlap and are never added
-- up. Where a count is a range only what no value of it allows fails.

-- name: people_within_impressions
-- holds: Nobody was reached without an impression.
-- fails: more people are counted than impressions
-- open: an open end leaves undecided whether there are more people than impressions
-- One row per count of people with a count of impressions of the same cell.
SELECT
  'reach' AS ledger,
  people.entry_id,
  people.low <= shown.high AS holds,
  people.low AS people_low,
  people.high AS people_high,
  shown.low AS impressions_low,
  shown.high AS impressions_high,
  shown.entry_id AS impressions_entry
FROM current_reach AS people
JOIN current_reach AS shown
  ON shown.campaign_id = people.campaign_id
  AND coalesce(shown.channel, '') = coalesce(people.channel, '')
  AND coalesce(shown.series, '') = coalesce(people.series, '')
  AND shown.segment_kind = people.segment_kind
  AND coalesce(shown.segment, '') = coalesce(people.segment, '')
  AND shown.starts_on IS NOT DISTINCT FROM people.starts_on
  AND shown.ends_before IS NOT DISTINCT FROM people.ends_before
WHERE people.measure = 'people' AND shown.measure = 'impressions'

-- name: none_with_none
-- holds: Nobody was reached where nothing was shown, and somebody where something was.
-- fails: one of people and impressions is nought and the other is not
-- open: an open end leaves undecided whether one of the two is nought
-- One row per count of people with a count of impressions of the same cell.
SELECT
  'reach' AS ledger,
  people.entry_id,
  CASE
    WHEN (people.high = 0 AND shown.low > 0) OR (people.low > 0 AND shown.high = 0) THEN false
    WHEN (people.low > 0 AND shown.low > 0) OR (people.high = 0 AND shown.high = 0) THEN true
    WHEN coalesce(people.low, 0) = 0 AND coalesce(shown.low, 0) = 0 THEN true
  END AS holds,
  people.low AS people_low,
  people.high AS people_high,
  shown.low AS impressions_low,
  shown.high AS impressions_high,
  shown.entry_id AS impressions_entry
FROM current_reach AS people
JOIN current_reach AS shown
  ON shown.campaign_id = people.campaign_id
  AND coalesce(shown.channel, '') = coalesce(people.channel, '')
  AND coalesce(shown.series, '') = coalesce(people.series, '')
  AND shown.segment_kind = people.segment_kind
  AND coalesce(shown.segment, '') = coalesce(people.segment, '')
  AND shown.starts_on IS NOT DISTINCT FROM people.starts_on
  AND shown.ends_before IS NOT DISTINCT FROM people.ends_before
WHERE people.measure = 'people' AND shown.measure = 'impressions'

-- name: actions_within_impressions
-- holds: Nobody clicked or watched what was not shown.
-- fails: more clicks or views of a video are counted than impressions
-- open: an open end leaves undecided whether there are more than impressions
-- One row per count of clicks or video views with a count of impressions of the same cell.
SELECT
  'reach' AS ledger,
  acted.entry_id,
  acted.low <= shown.high AS holds,
  acted.measure,
  acted.low AS count_low,
  acted.high AS count_high,
  shown.low AS impressions_low,
  shown.high AS impressions_high,
  shown.entry_id AS impressions_entry
FROM current_reach AS acted
JOIN current_reach AS shown
  ON shown.campaign_id = acted.campaign_id
  AND coalesce(shown.channel, '') = coalesce(acted.channel, '')
  AND coalesce(shown.series, '') = coalesce(acted.series, '')
  AND shown.segment_kind = acted.segment_kind
  AND coalesce(shown.segment, '') = coalesce(acted.segment, '')
  AND shown.starts_on IS NOT DISTINCT FROM acted.starts_on
  AND shown.ends_before IS NOT DISTINCT FROM acted.ends_before
WHERE acted.measure IN ('clicks', 'video_views') AND shown.measure = 'impressions'

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
-- One row per count of a segment with a count of all of the same campaign, channel, period,
-- measure and series. The count of all is no less than that of its largest part.
SELECT
  'reach' AS ledger,
  part.entry_id,
  part.low <= whole.high AS holds,
  part.measure,
  part.segment,
  part.low AS part_low,
  part.high AS part_high,
  whole.low AS all_low,
  whole.high AS all_high,
  whole.entry_id AS all_entry
FROM current_reach AS part
JOIN current_reach AS whole
  ON whole.campaign_id = part.campaign_id
  AND whole.measure = part.measure
  AND coalesce(whole.channel, '') = coalesce(part.channel, '')
  AND coalesce(whole.series, '') = coalesce(part.series, '')
  AND whole.starts_on IS NOT DISTINCT FROM part.starts_on
  AND whole.ends_before IS NOT DISTINCT FROM part.ends_before
WHERE part.segment_kind <> 'all' AND whole.segment_kind = 'all'

-- name: channel_within_total
-- holds: No channel reached more than all channels together.
-- fails: more is counted for one channel than for all channels together
-- open: an open end leaves undecided whether a channel has more than all
-- One row per count of a channel with a count without a channel of the same campaign, period,
-- measure, segment and series.
SELECT
  'reach' AS ledger,
  part.entry_id,
  part.low <= whole.high AS holds,
  part.measure,
  part.channel,
  part.low AS channel_low,
  part.high AS channel_high,
  whole.low AS all_low,
  whole.high AS all_high,
  whole.entry_id AS all_entry
FROM current_reach AS part
JOIN current_reach AS whole
  ON whole.campaign_id = part.campaign_id
  AND whole.measure = part.measure
  AND coalesce(whole.series, '') = coalesce(part.series, '')
  AND whole.segment_kind = part.segment_kind
  AND coalesce(whole.segment, '') = coalesce(part.segment, '')
  AND whole.starts_on IS NOT DISTINCT FROM part.starts_on
  AND whole.ends_before IS NOT DISTINCT FROM part.ends_before
WHERE part.channel IS NOT NULL AND whole.channel IS NULL

-- name: all_within_channels
-- holds: All channels together reached no more than the sum of the channels.
-- fails: all channels together have more than the sum of the channels that are counted
-- open: an open end leaves undecided whether all have more than the sum
-- weight: hint
-- One row per count without a channel with counts of channels of the same campaign, period,
-- measure, segment and series. A channel that is not counted explains it.
WITH channels AS (
  SELECT
    campaign_id, measure, coalesce(series, '') AS series, segment_kind,
    coalesce(segment, '') AS segment, starts_on, ends_before,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high,
    count(*) AS channels
  FROM current_reach
  WHERE channel IS NOT NULL
  GROUP BY
    campaign_id, measure, coalesce(series, ''), segment_kind, coalesce(segment, ''), starts_on,
    ends_before
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
  AND channels.series = coalesce(whole.series, '')
  AND channels.segment_kind = whole.segment_kind
  AND channels.segment = coalesce(whole.segment, '')
  AND channels.starts_on IS NOT DISTINCT FROM whole.starts_on
  AND channels.ends_before IS NOT DISTINCT FROM whole.ends_before
WHERE whole.channel IS NULL

-- name: segments_within_all
-- holds: The segments of one kind do not come to more impressions than all.
-- fails: the segments of one kind come to more impressions than all
-- open: an open end leaves undecided whether the segments come to more than all
-- One row per count of all impressions and kind of segment with counts of the same campaign,
-- channel, period and series. Audiences may overlap and are left out.
WITH segments AS (
  SELECT
    campaign_id, coalesce(channel, '') AS channel, coalesce(series, '') AS series, starts_on,
    ends_before, segment_kind,
    CASE WHEN count(low) = count(*) THEN sum(low) END AS low,
    count(*) AS segments
  FROM current_reach
  WHERE measure = 'impressions' AND segment_kind IN ('area', 'age', 'gender', 'age_gender')
  GROUP BY
    campaign_id, coalesce(channel, ''), coalesce(series, ''), starts_on, ends_before, segment_kind
)
SELECT
  'reach' AS ledger,
  whole.entry_id,
  segments.low <= whole.high AS holds,
  segments.segment_kind,
  segments.segments,
  segments.low AS segments_low,
  whole.low AS all_low,
  whole.high AS all_high
FROM current_reach AS whole
JOIN segments
  ON segments.campaign_id = whole.campaign_id
  AND segments.channel = coalesce(whole.channel, '')
  AND segments.series = coalesce(whole.series, '')
  AND segments.starts_on IS NOT DISTINCT FROM whole.starts_on
  AND segments.ends_before IS NOT DISTINCT FROM whole.ends_before
WHERE whole.measure = 'impressions' AND whole.segment_kind = 'all'

-- name: all_within_segments
-- holds: All is no more than the segments of one kind come to.
-- fails: all has more than the segments of one kind come to
-- open: an open end leaves undecided whether all has more than the segments
-- weight: hint
-- One row per count of all impressions or people and kind of segment with counts of the same
-- campaign, channel, period and series. A segment that is not shown explains it.
WITH segments AS (
  SELECT
    campaign_id, measure, coalesce(channel, '') AS channel, coalesce(series, '') AS series,
    starts_on, ends_before, segment_kind,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high,
    count(*) AS segments
  FROM current_reach
  WHERE measure IN ('impressions', 'people')
    AND segment_kind IN ('area', 'age', 'gender', 'age_gender')
  GROUP BY
    campaign_id, measure, coalesce(channel, ''), coalesce(series, ''), starts_on, ends_before,
    segment_kind
)
SELECT
  'reach' AS ledger,
  whole.entry_id,
  whole.low <= segments.high AS holds,
  whole.measure,
  segments.segment_kind,
  segments.segments,
  segments.high AS segments_high,
  whole.low AS all_low,
  whole.high AS all_high
FROM current_reach AS whole
JOIN segments
  ON segments.campaign_id = whole.campaign_id
  AND segments.measure = whole.measure
  AND segments.channel = coalesce(whole.channel, '')
  AND segments.series = coalesce(whole.series, '')
  AND segments.starts_on IS NOT DISTINCT FROM whole.starts_on
  AND segments.ends_before IS NOT DISTINCT FROM whole.ends_before
WHERE whole.segment_kind = 'all'

-- name: cumulative
-- holds: A count from one first day does not shrink as its period grows.
-- fails: the count is less than that of a shorter period from the same day
-- open: nothing
-- One row per count with a whole period, of one campaign, channel, measure, segment and series.
WITH counts AS (
  SELECT
    entry_id, measure, starts_on, ends_before, low, high,
    max(low) OVER (
      PARTITION BY
        campaign_id, measure, coalesce(channel, ''), coalesce(series, ''), segment_kind,
        coalesce(segment, ''), starts_on
      ORDER BY ends_before
      RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS shorter_low
  FROM current_reach
  WHERE starts_on IS NOT NULL AND ends_before IS NOT NULL
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
-- holds: Nobody saw one campaign more than a hundred times.
-- fails: each person saw it more than a hundred times, on average
-- open: an open end leaves the times open
-- One row per count of people, not nought, with a count of impressions of the same cell.
SELECT
  'reach' AS ledger,
  people.entry_id,
  shown.low <= 100 * people.high AS holds,
  people.low AS people_low,
  people.high AS people_high,
  shown.low AS impressions_low,
  shown.high AS impressions_high
FROM current_reach AS people
JOIN current_reach AS shown
  ON shown.campaign_id = people.campaign_id
  AND coalesce(shown.channel, '') = coalesce(people.channel, '')
  AND coalesce(shown.series, '') = coalesce(people.series, '')
  AND shown.segment_kind = people.segment_kind
  AND coalesce(shown.segment, '') = coalesce(people.segment, '')
  AND shown.starts_on IS NOT DISTINCT FROM people.starts_on
  AND shown.ends_before IS NOT DISTINCT FROM people.ends_before
WHERE people.measure = 'people' AND shown.measure = 'impressions' AND people.high > 0
