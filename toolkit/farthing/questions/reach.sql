-- How many people saw it, how often, and at what price?
--
-- Impressions add up; people do not, since one person can stand in two counts: the fewest there
-- can be of several counts is the largest, the most is their sum. Several series of a campaign
-- tell of the same delivery, each perhaps of a part of it: they are held against each other and
-- never added. Figures by age, gender, area or audience restate those of the whole, and stand in
-- for them only where there are none.

-- name: delivery
-- What was measured of each campaign's delivery: one row per campaign with all its channels
-- (part is NULL), and one per channel where it has several. Impressions and people, and impressions
-- for each person, a ratio of ranges; NULL is not measured or unknown, and for the most without
-- bound. What is claimed is of witnesses.
WITH measured AS (
  SELECT
    campaign_id,
    channel,
    measure,
    segment_kind,
    series,
    source_id,
    count(*) AS measurements,
    min(entry_id) AS first_entry,
    max(entry_id) AS last_entry,
    sum(low) AS low_added,
    max(low) AS low_alone,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high
  FROM current_reach
  WHERE measure IN ('impressions', 'people')
  GROUP BY campaign_id, channel, measure, segment_kind, series, source_id
), told AS (
  -- of audiences nobody knows whether they overlap: an impression can stand in two of them
  SELECT
    measured.campaign_id,
    coalesce(lower(trim(measured.channel)), 'not said') AS part,
    measured.measure,
    measured.segment_kind,
    coalesce(sellers.seller, '') AS seller,
    coalesce(measured.series, '') AS series,
    sum(measurements) AS measurements,
    min(first_entry) AS first_entry,
    max(last_entry) AS last_entry,
    CASE
      WHEN measured.measure = 'people' OR measured.segment_kind = 'audience' THEN max(low_alone)
      ELSE sum(low_added)
    END AS low,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high,
    count(*) FILTER (
      WHERE sources.rank IN ('named_witness', 'unnamed_witness', 'opinion')
    ) AS claims,
    min(coalesce(sources.title, measured.source_id)) AS first_source,
    max(coalesce(sources.title, measured.source_id)) AS last_source
  FROM measured
  LEFT JOIN sellers ON sellers.channel = measured.channel
  LEFT JOIN current_sources AS sources ON sources.source_id = measured.source_id
  GROUP BY
    measured.campaign_id,
    coalesce(lower(trim(measured.channel)), 'not said'),
    measured.measure,
    measured.segment_kind,
    coalesce(sellers.seller, ''),
    coalesce(measured.series, '')
), whole AS (
  SELECT *
  FROM told
  QUALIFY dense_rank() OVER (
    PARTITION BY campaign_id, part, measure
    ORDER BY CASE WHEN segment_kind = 'all' THEN 0 ELSE 1 END
  ) = 1
), by_part AS (
  -- channels are added up however people are divided on each; of one, divisions restate each other
  SELECT
    campaign_id,
    part,
    measure,
    seller,
    series,
    sum(measurements) AS measurements,
    min(first_entry) AS first_entry,
    max(last_entry) AS last_entry,
    max(low) AS low,
    CASE WHEN count(high) = count(*) THEN max(high) END AS high,
    sum(claims) AS claims,
    min(first_source) AS first_source,
    max(last_source) AS last_source
  FROM whole
  GROUP BY campaign_id, part, measure, seller, series
), by_series AS (
  SELECT campaign_id, part, measure, seller, series, measurements, first_entry, last_entry, low,
    high, claims, first_source, last_source
  FROM by_part
  UNION ALL
  SELECT
    campaign_id,
    CAST(NULL AS VARCHAR),
    measure,
    seller,
    series,
    sum(measurements),
    min(first_entry),
    max(last_entry),
    CASE WHEN measure = 'people' THEN max(low) ELSE sum(low) END,
    CASE WHEN count(high) = count(*) THEN sum(high) END,
    sum(claims),
    min(first_source),
    max(last_source)
  FROM by_part
  GROUP BY campaign_id, measure, seller, series
), by_seller AS (
  -- series of one seller tell of the same delivery, those of two never do
  SELECT
    campaign_id,
    part,
    measure,
    sum(measurements) AS measurements,
    min(first_entry) AS first_entry,
    max(last_entry) AS last_entry,
    max(low) AS low,
    CASE WHEN count(high) = count(*) THEN max(high) END AS high,
    sum(claims) AS claims,
    min(first_source) AS first_source,
    max(last_source) AS last_source
  FROM by_series
  GROUP BY campaign_id, part, measure, seller
), figures AS (
  SELECT
    campaign_id,
    part,
    measure,
    sum(measurements) AS measurements,
    min(first_entry) AS first_entry,
    max(last_entry) AS last_entry,
    CASE WHEN measure = 'people' THEN max(low) ELSE sum(low) END AS low,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high,
    sum(claims) > 0 AS is_claimed,
    CASE
      WHEN min(first_source) = max(last_source) THEN min(first_source)
      ELSE min(first_source) || ' and others'
    END AS source
  FROM by_seller
  GROUP BY campaign_id, part, measure
), channels AS (
  -- what was not measured on a channel is unknown, unless a figure of no named channel has it
  SELECT
    campaign_id,
    count(*) AS channels,
    min(part) AS only_channel,
    min(CASE WHEN part <> 'not said' THEN impressions ELSE 1 END) = 0
      AND max(CASE WHEN part = 'not said' THEN impressions ELSE 0 END) = 0 AS lack_impressions,
    min(CASE WHEN part <> 'not said' THEN people ELSE 1 END) = 0
      AND max(CASE WHEN part = 'not said' THEN people ELSE 0 END) = 0 AS lack_people
  FROM (
    SELECT
      campaign_id,
      part,
      max(CASE WHEN measure = 'impressions' THEN 1 ELSE 0 END) AS impressions,
      max(CASE WHEN measure = 'people' THEN 1 ELSE 0 END) AS people
    FROM told
    GROUP BY campaign_id, part
  ) AS parts
  GROUP BY campaign_id
), counted AS (
  SELECT
    campaign_id,
    part,
    max(CASE
      WHEN measure = 'impressions' AND (low IS NOT NULL OR high IS NOT NULL) THEN coalesce(low, 0)
    END) AS impressions_low,
    max(CASE WHEN measure = 'impressions' THEN high END) AS impressions_high,
    max(CASE
      WHEN measure = 'people' AND (low IS NOT NULL OR high IS NOT NULL) THEN coalesce(low, 0)
    END) AS people_low,
    max(CASE WHEN measure = 'people' THEN high END) AS people_high,
    sum(measurements) AS measurements,
    min(first_entry) AS first_entry,
    max(last_entry) AS last_entry,
    max(CASE WHEN measure = 'impressions' THEN is_claimed END) AS impressions_claimed,
    max(CASE WHEN measure = 'impressions' THEN source END) AS impressions_source,
    max(CASE WHEN measure = 'people' THEN is_claimed END) AS people_claimed,
    max(CASE WHEN measure = 'people' THEN source END) AS people_source
  FROM figures
  GROUP BY campaign_id, part
)
SELECT
  coalesce(campaigns.name, counted.campaign_id) AS campaign,
  CASE
    WHEN part IS NOT NULL THEN part
    WHEN channels.channels = 1 THEN only_channel
    ELSE channels.channels || ' channels'
  END AS channel,
  TRY_CAST(floor(impressions_low) AS BIGINT) AS impressions_low,
  TRY_CAST(ceil(impressions_high) AS BIGINT) AS impressions_high,
  TRY_CAST(floor(people_low) AS BIGINT) AS people_low,
  TRY_CAST(ceil(people_high) AS BIGINT) AS people_high,
  CASE
    WHEN part IS NULL AND lack_people AND impressions_low IS NOT NULL AND people_low IS NOT NULL
    THEN CAST(0 AS DOUBLE)
    WHEN impressions_low IS NOT NULL AND people_low IS NOT NULL
      AND (people_high IS NULL OR people_high > 0)
    THEN coalesce(CAST(impressions_low AS DOUBLE) / people_high, 0.0)
  END AS frequency_low,
  CASE
    WHEN people_high = 0 OR (part IS NULL AND lack_impressions) THEN NULL
    WHEN impressions_high = 0 AND people_low IS NOT NULL THEN CAST(0 AS DOUBLE)
    WHEN people_low > 0 THEN CAST(impressions_high AS DOUBLE) / people_low
  END AS frequency_high,
  CAST(measurements AS BIGINT) AS measurements,
  impressions_claimed,
  impressions_source,
  people_claimed,
  people_source,
  CASE measurements WHEN 1 THEN first_entry WHEN 2 THEN first_entry || ' ' || last_entry END
    AS entries,
  part,
  counted.campaign_id
FROM counted
JOIN channels ON channels.campaign_id = counted.campaign_id
LEFT JOIN current_campaigns AS campaigns ON campaigns.campaign_id = counted.campaign_id
WHERE part IS NULL OR channels.channels > 1
ORDER BY campaign, counted.campaign_id, part NULLS FIRST

-- rows: delivery
SELECT campaign_id, part, 'reach' AS ledger, entry_id
FROM (
  SELECT campaign_id, coalesce(lower(trim(channel)), 'not said') AS part, entry_id
  FROM current_reach
  WHERE measure IN ('impressions', 'people')
  UNION ALL
  SELECT campaign_id, CAST(NULL AS VARCHAR), entry_id
  FROM current_reach
  WHERE measure IN ('impressions', 'people')
) AS told

-- name: money
-- What each campaign's records show as spent: one row per campaign and currency with all its
-- channels (part is NULL), and one per channel that is named. Of the kinds of record the nearest
-- to delivery is taken: what the platform charged, else the return, payments, invoices. Money.
WITH spent AS (
  SELECT entry_id, part_of, campaign_id, channel, record, currency, series, low, high
  FROM current_spend
), wholes AS (
  SELECT entry_id, campaign_id, channel, record
  FROM spent
  WHERE entry_id IN (SELECT part_of FROM spent WHERE part_of IS NOT NULL)
), paid AS (
  -- a part of a row on the same channel is in it already; on another it is the channel's own
  SELECT
    spend.campaign_id,
    coalesce(lower(trim(spend.channel)), 'not said') AS part,
    spend.record,
    spend.currency,
    coalesce(sellers.seller, '') AS seller,
    coalesce(spend.series, '') AS series,
    larger.entry_id IS NOT NULL AS is_part,
    count(*) AS records,
    min(spend.entry_id) AS first_entry,
    max(spend.entry_id) AS last_entry,
    CASE WHEN count(spend.low) = count(*) THEN sum(spend.low) END AS low,
    CASE WHEN count(spend.high) = count(*) THEN sum(spend.high) END AS high
  FROM spent AS spend
  LEFT JOIN sellers ON sellers.channel = spend.channel AND spend.record = 'platform'
  LEFT JOIN wholes AS larger
    ON larger.entry_id = spend.part_of
    AND larger.campaign_id = spend.campaign_id
    AND larger.record = spend.record
  WHERE larger.entry_id IS NULL
    OR coalesce(lower(trim(spend.channel)), '') <> coalesce(lower(trim(larger.channel)), '')
  GROUP BY ALL
), by_series AS (
  SELECT campaign_id, part, record, currency, seller, series, sum(records) AS records,
    min(first_entry) AS first_entry, max(last_entry) AS last_entry,
    CASE WHEN count(low) = count(*) THEN sum(low) END AS low,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high
  FROM paid
  WHERE part <> 'not said' OR NOT is_part
  GROUP BY campaign_id, part, record, currency, seller, series
  UNION ALL
  SELECT campaign_id, CAST(NULL AS VARCHAR), record, currency, seller, series, sum(records),
    min(first_entry), max(last_entry),
    CASE WHEN count(low) = count(*) THEN sum(low) END,
    CASE WHEN count(high) = count(*) THEN sum(high) END
  FROM paid
  WHERE NOT is_part
  GROUP BY campaign_id, record, currency, seller, series
), by_seller AS (
  SELECT campaign_id, part, record, currency, sum(records) AS records,
    min(first_entry) AS first_entry, max(last_entry) AS last_entry, max(low) AS low,
    CASE WHEN count(high) = count(*) THEN max(high) END AS high
  FROM by_series
  GROUP BY campaign_id, part, record, currency, seller
), sums AS (
  SELECT campaign_id, part, record, currency, sum(records) AS records,
    min(first_entry) AS first_entry, max(last_entry) AS last_entry,
    CASE WHEN count(low) = count(*) THEN sum(low) END AS low,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high
  FROM by_seller
  GROUP BY campaign_id, part, record, currency
)
SELECT
  coalesce(campaigns.name, sums.campaign_id) AS campaign,
  coalesce(part, 'all channels') AS channel,
  sums.currency,
  sums.record,
  sums.low AS spend_low,
  sums.high AS spend_high,
  CAST(sums.records AS BIGINT) AS records,
  CASE sums.records
    WHEN 1 THEN first_entry WHEN 2 THEN first_entry || ' ' || last_entry
  END AS entries,
  sums.part,
  sums.campaign_id
FROM sums LEFT JOIN current_campaigns AS campaigns ON campaigns.campaign_id = sums.campaign_id
QUALIFY row_number() OVER (
  PARTITION BY sums.campaign_id, part, sums.currency
  ORDER BY CASE record
    WHEN 'platform' THEN 1 WHEN 'return' THEN 2 WHEN 'payment' THEN 3 ELSE 4
  END
) = 1
ORDER BY campaign, sums.campaign_id, part NULLS FIRST, currency

-- rows: money
SELECT campaign_id, part, currency, record, 'spend' AS ledger, entry_id
FROM (
  SELECT campaign_id, CAST(NULL AS VARCHAR) AS part, currency, record, entry_id
  FROM whole_spend
  UNION ALL
  SELECT
    spend.campaign_id,
    coalesce(lower(trim(spend.channel)), 'not said'),
    spend.currency,
    spend.record,
    spend.entry_id
  FROM current_spend AS spend
  LEFT JOIN current_spend AS larger
    ON larger.entry_id = spend.part_of
    AND larger.campaign_id = spend.campaign_id
    AND larger.record = spend.record
  WHERE larger.entry_id IS NULL
    OR coalesce(lower(trim(spend.channel)), '') <> coalesce(lower(trim(larger.channel)), '')
      AND spend.channel IS NOT NULL
) AS paid

-- name: rules
-- The rules that figures of one delivery keep, held over every campaign, channel and period: one
-- row per rule that could be held, and up to five of the cases that break it. A case breaks a rule
-- where the least of what should be smaller is above the most of what should be larger.
-- Impressions or people, as the unit says.
WITH cells AS (
  -- the most is added up over all series, so that it is never too small
  SELECT
    campaign_id,
    channel,
    starts_on,
    ends_before,
    segment_kind,
    segment,
    CASE
      WHEN segment_kind <> 'audience' AND count(series) IN (0, count(*))
        AND coalesce(min(series) = max(series), true)
      THEN sum(low) FILTER (WHERE measure = 'impressions')
      ELSE max(low) FILTER (WHERE measure = 'impressions')
    END AS shown_least,
    CASE WHEN count(*) FILTER (WHERE measure = 'impressions' AND high IS NULL) = 0
      THEN sum(high) FILTER (WHERE measure = 'impressions') END AS shown_most,
    max(low) FILTER (WHERE measure = 'people') AS people_least,
    CASE WHEN count(*) FILTER (WHERE measure = 'people' AND high IS NULL) = 0
      THEN sum(high) FILTER (WHERE measure = 'people') END AS people_most
  FROM current_reach
  WHERE measure IN ('impressions', 'people')
  GROUP BY campaign_id, channel, starts_on, ends_before, segment_kind, segment
), kinds AS (
  SELECT
    campaign_id,
    channel,
    starts_on,
    ends_before,
    segment_kind,
    CASE WHEN segment_kind = 'audience' THEN max(shown_least) ELSE sum(shown_least) END
      AS shown_least,
    max(people_least) AS people_least,
    CASE WHEN count(people_most) = count(people_least) THEN sum(people_most) END AS people_most
  FROM cells
  WHERE segment_kind <> 'all'
  GROUP BY campaign_id, channel, starts_on, ends_before, segment_kind
), parts AS (
  SELECT
    whole.campaign_id,
    whole.channel,
    whole.starts_on,
    whole.ends_before,
    kinds.segment_kind,
    whole.shown_most,
    whole.people_least,
    whole.people_most,
    kinds.shown_least AS parts_shown_least,
    kinds.people_least AS part_people_least,
    kinds.people_most AS parts_people_most
  FROM cells AS whole
  JOIN kinds
    ON kinds.campaign_id = whole.campaign_id
    AND kinds.channel IS NOT DISTINCT FROM whole.channel
    AND kinds.starts_on IS NOT DISTINCT FROM whole.starts_on
    AND kinds.ends_before IS NOT DISTINCT FROM whole.ends_before
  WHERE whole.segment_kind = 'all'
), growing AS (
  SELECT
    *,
    max(people_least) OVER (
      PARTITION BY campaign_id, channel, starts_on
      ORDER BY ends_before
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS before_least
  FROM cells
  WHERE segment_kind = 'all' AND people_least IS NOT NULL
    AND starts_on IS NOT NULL AND ends_before IS NOT NULL
), populations AS (
  -- of a named segment the latest count; of everyone the largest population on the book
  SELECT segment_kind, segment, max(high) AS high
  FROM (
    SELECT segment_kind, segment, high
    FROM current_audiences
    WHERE segment_kind <> 'all'
    QUALIFY rank() OVER (
      PARTITION BY segment_kind, segment ORDER BY coalesce(as_of, DATE '0001-01-01') DESC
    ) = 1
  ) AS latest
  GROUP BY segment_kind, segment
  HAVING count(high) = count(*)
  UNION ALL
  SELECT 'all', CAST(NULL AS VARCHAR), max(high)
  FROM current_audiences
  WHERE segment_kind = 'all'
  HAVING count(*) > 0 AND count(high) = count(*)
), held AS (
  SELECT 'cumulative' AS rule, campaign_id, channel, starts_on, ends_before,
    CAST(NULL AS VARCHAR) AS among, before_least AS least, people_most AS most
  FROM growing
  WHERE before_least IS NOT NULL
  UNION ALL
  SELECT 'impressions_cover_people', campaign_id, channel, starts_on, ends_before,
    coalesce(segment, CASE WHEN segment_kind <> 'all' THEN segment_kind END),
    people_least, shown_most
  FROM cells
  WHERE people_least IS NOT NULL AND shown_least IS NOT NULL
  UNION ALL
  SELECT 'nobody_sees_nothing', campaign_id, channel, starts_on, ends_before,
    coalesce(segment, CASE WHEN segment_kind <> 'all' THEN segment_kind END),
    shown_least, people_most
  FROM cells
  WHERE shown_least IS NOT NULL AND people_most = 0
  UNION ALL
  SELECT 'parts_within_whole', campaign_id, channel, starts_on, ends_before, segment_kind,
    parts_shown_least, shown_most
  FROM parts
  WHERE parts_shown_least IS NOT NULL AND shown_most IS NOT NULL
  UNION ALL
  SELECT 'whole_within_parts', campaign_id, channel, starts_on, ends_before, segment_kind,
    people_least, parts_people_most
  FROM parts
  WHERE people_least IS NOT NULL AND part_people_least IS NOT NULL
    AND segment_kind IN ('age', 'gender', 'age_gender')
  UNION ALL
  SELECT 'largest_part_within_whole', campaign_id, channel, starts_on, ends_before, segment_kind,
    part_people_least, people_most
  FROM parts
  WHERE part_people_least IS NOT NULL AND people_least IS NOT NULL
  UNION ALL
  SELECT 'people_within_population', campaign_id, channel, starts_on, ends_before,
    cells.segment, people_least, populations.high
  FROM cells
  JOIN populations
    ON populations.segment_kind = cells.segment_kind
    AND coalesce(populations.segment, '') = coalesce(cells.segment, '')
  WHERE people_least IS NOT NULL
), counted AS (
  SELECT
    rule,
    count(*) AS cases,
    count(*) FILTER (WHERE least > most) AS broken
  FROM held
  GROUP BY rule
), examples AS (
  SELECT *
  FROM held
  WHERE least > most
  QUALIFY row_number() OVER (
    PARTITION BY rule
    ORDER BY least - most DESC, campaign_id, channel, starts_on, ends_before, among
  ) <= 5
)
SELECT
  counted.rule,
  counted.cases,
  counted.broken,
  coalesce(campaigns.name, examples.campaign_id) AS campaign,
  examples.channel,
  examples.starts_on,
  examples.ends_before,
  examples.among,
  examples.least,
  examples.most,
  CASE
    WHEN counted.rule IN ('nobody_sees_nothing', 'parts_within_whole') THEN 'impressions'
    ELSE 'people'
  END AS unit,
  examples.campaign_id
FROM counted
LEFT JOIN examples ON examples.rule = counted.rule
LEFT JOIN current_campaigns AS campaigns ON campaigns.campaign_id = examples.campaign_id
ORDER BY
  counted.rule,
  examples.least - examples.most DESC NULLS LAST,
  examples.campaign_id,
  examples.channel,
  examples.starts_on,
  examples.ends_before,
  examples.among

-- rows: rules
SELECT campaign_id, channel, starts_on, ends_before, 'reach' AS ledger, entry_id
FROM current_reach
WHERE measure IN ('impressions', 'people')

-- name: populations
-- Everybody there is, by the five populations counted last: one row each. People; NULL for the
-- most is without bound.
SELECT segment AS population, as_of, low, high, 'people' AS unit, entry_id AS entries
FROM current_audiences
WHERE segment_kind = 'all' AND low >= 1
ORDER BY as_of DESC NULLS LAST, entries
LIMIT 5

-- name: prices_seen
-- The prices of a thousand impressions on the book: one row per currency and channel. The least
-- and the most of any source; NULL for the most is without bound.
SELECT
  currency,
  lower(trim(channel)) AS channel,
  min(low) AS low,
  CASE WHEN count(high) = count(*) THEN max(high) END AS high,
  count(*) AS prices,
  min(coalesce(starts_on, ends_before - 1)) AS first_seen_on,
  max(coalesce(ends_before - 1, starts_on)) AS last_seen_on
FROM current_rates
WHERE measure = 'cpm' AND low IS NOT NULL
GROUP BY currency, lower(trim(channel))
ORDER BY currency, channel

-- rows: prices_seen
SELECT currency, lower(trim(channel)) AS channel, 'rates' AS ledger, entry_id
FROM current_rates
WHERE measure = 'cpm' AND low IS NOT NULL
