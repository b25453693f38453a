"""The stages of a campaign's money, as views of a book: requested, approved, claimed and so on.

Two statements of one stage are two accounts of the same money: the account nearest to the thing
itself stands, those of equal rank are joined to the range that holds them all, and nothing is
added. Booked and delivered money is what the records of one kind come to; a return stands before
payments, and payments before invoices, since the same pound is in all three.
"""

from __future__ import annotations

#: Statements of money that stand: of each campaign, currency and stage those nearest to the thing
#: itself. "A fortune", said to be more than another sum, is at least a penny more than its least.
STANDING_BUDGETS = """
WITH stated AS (
  SELECT * FROM current_budgets
), compared AS (
  SELECT greater_entry, lesser_entry FROM current_comparisons
), ranked AS (
  SELECT
    stated.*,
    CASE sources.rank
      WHEN 'record' THEN 1 WHEN 'regulator' THEN 2 WHEN 'audited_return' THEN 3
      WHEN 'named_witness' THEN 4 WHEN 'unnamed_witness' THEN 5 ELSE 6
    END AS rank
  FROM stated LEFT JOIN current_sources AS sources USING (source_id)
  WHERE modality IN ('asserted', 'hedged')
), nearest AS (
  -- a statement without a sum counts only where there is no other
  SELECT *
  FROM ranked
  QUALIFY dense_rank() OVER (
    PARTITION BY campaign_id, currency, stage
    ORDER BY CASE WHEN basis = 'unknown' THEN 1 ELSE 0 END, rank
  ) = 1
), contrasts AS (
  SELECT compared.greater_entry AS entry_id, max(lesser.low) + 0.01 AS above
  FROM compared
  JOIN stated AS greater ON greater.entry_id = compared.greater_entry
  JOIN stated AS lesser ON lesser.entry_id = compared.lesser_entry
  LEFT JOIN compared AS opposite
    ON opposite.greater_entry = compared.lesser_entry
    AND opposite.lesser_entry = compared.greater_entry
  WHERE greater.campaign_id = lesser.campaign_id AND greater.currency = lesser.currency
    AND opposite.greater_entry IS NULL
  GROUP BY compared.greater_entry
)
-- a sum that is known to be smaller is left as it is: then sum and contrast contradict
SELECT
  nearest.* EXCLUDE (low, rank),
  CASE WHEN above > high THEN low ELSE greatest(low, above) END AS low
FROM nearest LEFT JOIN contrasts USING (entry_id)
"""

#: What each stage of a campaign comes to: one row per campaign, currency and stage that is known
#: of. ``counted`` is whether it enters a sum over campaigns: not where a larger campaign that this
#: one is a part of has money of the stage, which holds it already, nor where it is that of all of a
#: publisher's advertisers together and some have it by name. Wholes are followed three times.
CAMPAIGN_STAGES = """
WITH said AS (
  SELECT
    campaign_id,
    currency,
    stage,
    CASE WHEN count(low) = count(*) THEN min(low) END AS low,
    CASE WHEN count(high) = count(*) THEN max(high) END AS high,
    string_agg(DISTINCT basis, ' / ' ORDER BY basis) AS basis,
    CASE WHEN count(*) <= 20 THEN string_agg(DISTINCT wording, ' / ' ORDER BY wording)
      ELSE count(*) || ' statements' END AS wording,
    CASE WHEN count(*) <= 20 THEN string_agg(DISTINCT said_by, ' / ' ORDER BY said_by)
      ELSE count(DISTINCT said_by) || ' speakers' END AS said_by,
    CASE WHEN count(*) <= 20 THEN string_agg(DISTINCT reported_by, ' / ' ORDER BY reported_by) END
      AS reported_by,
    count(*) AS statements,
    CASE WHEN count(*) <= 20 THEN string_agg(entry_id, ' ' ORDER BY entry_id) END AS entries
  FROM standing_budgets
  GROUP BY campaign_id, currency, stage
), recorded AS (
  SELECT
    totals.*,
    CASE WHEN record = 'platform' THEN 'delivered' ELSE 'booked' END AS stage
  FROM spend_totals AS totals
  QUALIFY row_number() OVER (
    PARTITION BY campaign_id, currency, CASE WHEN record = 'platform' THEN 1 ELSE 0 END
    ORDER BY CASE record WHEN 'return' THEN 1 WHEN 'payment' THEN 2 ELSE 3 END
  ) = 1
), seen AS (
  SELECT said.*, CAST(NULL AS VARCHAR) AS record FROM said
  UNION ALL
  SELECT
    campaign_id,
    currency,
    stage,
    low,
    high,
    'derived',
    row_count || CASE WHEN row_count = 1 THEN ' row' ELSE ' rows' END
      || CASE WHEN series = 1 THEN '' ELSE ' in ' || series || ' tables of the same money' END,
    record,
    NULL,
    row_count,
    CASE WHEN row_count = 1 THEN first_entry END,
    record
  FROM recorded
), parts AS (
  SELECT campaign_id, part_of FROM current_campaigns WHERE part_of IS NOT NULL
), wholes AS (
  SELECT campaign_id, part_of FROM parts
  UNION ALL
  SELECT parts.campaign_id, second.part_of
  FROM parts JOIN parts AS second ON second.campaign_id = parts.part_of
  UNION ALL
  SELECT parts.campaign_id, third.part_of
  FROM parts
  JOIN parts AS second ON second.campaign_id = parts.part_of
  JOIN parts AS third ON third.campaign_id = second.part_of
), held AS (
  SELECT DISTINCT wholes.campaign_id, larger.currency, larger.stage
  FROM wholes JOIN seen AS larger ON larger.campaign_id = wholes.part_of
)
SELECT seen.*, held.campaign_id IS NULL AND again.campaign_id IS NULL AS counted
FROM seen
LEFT JOIN held
  ON held.campaign_id = seen.campaign_id
  AND held.currency = seen.currency
  AND held.stage = seen.stage
LEFT JOIN spend_of_all AS again
  ON again.campaign_id = seen.campaign_id
  AND again.currency = seen.currency
  AND again.record = seen.record
"""
