"""What the cells of an electronic filing are, by schedule and version of the format.

The names are those of the Commission's own tables of the format. Two of Form 7 are called as
Schedule E calls what they are, ``dissemination_date`` and ``expenditure_amount``: the day and the
cost of a communication.
"""

from __future__ import annotations


def _names(text: str) -> tuple[str, ...]:
    """Return names of columns; one that the format leaves unused is named by its place."""
    return tuple(f"unused_{at}" if name == "-" else name for at, name in enumerate(text.split()))


START = "form_type filer_committee_id_number transaction_id_number back_reference_tran_id_number "
START += "back_reference_sched_name entity_type "
PERSON = "{0}_last_name {0}_first_name {0}_middle_name {0}_prefix {0}_suffix "
PLACE = "{0}_street_1 {0}_street_2 {0}_city {0}_state {0}_zip_code "
PAYEE = "payee_organization_name " + PERSON.format("payee") + PLACE.format("payee")
ELECTION = "election_code election_other_description "
FOR_WHOM = "beneficiary_candidate_fec_id " + PERSON.format("beneficiary_candidate")
FOR_WHAT = (
    "beneficiary_candidate_office beneficiary_candidate_state beneficiary_candidate_district "
)
CONDUIT = "conduit_name " + PLACE.format("conduit")
MEMO = "memo_code memo_text_description "
ACCOUNT = "si_or_sl_account "
YEAR_TO_DATE = "calendar_y_t_d_per_election_office "
PURPOSE = "expenditure_purpose_descrip category_code "
CODED_PURPOSE = "expenditure_purpose_code " + PURPOSE
TARGET = "payee_cmtte_fec_id_number support_oppose_code candidate_id_number "
TARGET += PERSON.format("candidate") + "candidate_office "
SIGNED = PERSON.format("completing") + "date_signed "
OLD_START = "form_type filer_committee_id_number entity_type payee_name " + PLACE.format("payee")
OLD_B = (
    OLD_START + "expenditure_purpose_code expenditure_purpose_descrip " + ELECTION
    + "expenditure_date expenditure_amount beneficiary_committee_fec_id "
    "beneficiary_candidate_fec_id beneficiary_candidate_name " + FOR_WHAT + CONDUIT + MEMO
    + "amended_cd transaction_id_number back_reference_tran_id_number back_reference_sched_name "
    + ACCOUNT
)  # fmt: skip
OLD_B_5 = OLD_B + "refund_or_disposal_of_excess category_code communication_date "
OLD_TARGET = (
    "expenditure_purpose_descrip dissemination_date expenditure_amount support_oppose_code "
    "candidate_id_number candidate_name candidate_office candidate_state candidate_district "
)
OLD_E = (
    OLD_START + OLD_TARGET + "payee_cmtte_fec_id_number - - - - - " + CONDUIT
    + "ind_name_as_signed date_signed date_notarized date_notary_commission_expires "
    "ind_name_notary - transaction_id_number " + MEMO
    + "back_reference_tran_id_number back_reference_sched_name "
)  # fmt: skip
MONEY_B = START + PAYEE + ELECTION + "expenditure_date expenditure_amount "
MONEY_E = START + PAYEE + ELECTION + "dissemination_date expenditure_amount "
COMMITTEE = "beneficiary_committee_fec_id beneficiary_committee_name "
END_B = FOR_WHOM + FOR_WHAT + CONDUIT + MEMO + ACCOUNT
EXCESS = "refund_or_disposal_of_excess communication_date "
BUNDLED = "semi_annual_refunded_bundled_amt "
STATE_LAST = "candidate_district candidate_state "
STATE_FIRST = "candidate_state candidate_district "
START_57 = "form_type filer_committee_id_number transaction_id_number entity_type "
MONEY_57 = START_57 + PAYEE + ELECTION + "dissemination_date expenditure_amount " + YEAR_TO_DATE

OLD_57 = (
    OLD_START + OLD_TARGET + "- - - - - - " + CONDUIT
    + "- transaction_id_number category_code expenditure_purpose_code " + YEAR_TO_DATE + ELECTION
)  # fmt: skip
COMMUNICATED = "category_code expenditure_purpose_descrip communication_class dissemination_date "
MONEY_76 = (
    "form_type filer_committee_id_number transaction_id_number " + COMMUNICATED
    + "expenditure_amount " + ELECTION + "support_oppose_code candidate_id_number "
    + PERSON.format("candidate") + "candidate_office " + STATE_FIRST
)  # fmt: skip
OLD_76 = (
    "form_type filer_committee_id_number " + COMMUNICATED
    + "support_oppose_code candidate_id_number candidate_name candidate_office " + STATE_FIRST
    + "election_code expenditure_amount - transaction_id_number "
)  # fmt: skip
EMPLOYED = "payee_employer payee_occupation "
MONEY_93 = (
    START + PAYEE + ELECTION + "expenditure_date expenditure_amount expenditure_purpose_descrip "
    + EMPLOYED + "communication_date "
)  # fmt: skip
START_93 = "form_type filer_committee_id_number entity_type "
SPENT_93 = "expenditure_date expenditure_amount "
END_93 = "transaction_id_number back_reference_tran_id_number back_reference_sched_name "
OLD_93 = (
    START_93 + "- " + PLACE.format("payee")
    + "expenditure_purpose_code expenditure_purpose_descrip " + ELECTION + SPENT_93 + "- " * 15
    + END_93 + "- - - communication_date payee_organization_name " + PERSON.format("payee")
)  # fmt: skip
OLD_93_1 = (
    START_93 + "payee_organization_name " + PLACE.format("payee")
    + "expenditure_purpose_descrip expenditure_purpose_code " + ELECTION + SPENT_93 + "- " * 15
    + END_93 + "- - - communication_date - " + PERSON.format("payee")
)  # fmt: skip
OLD_93_0 = (
    START_93 + "payee_organization_name " + PLACE.format("payee") + ELECTION + EMPLOYED + "- "
    + SPENT_93 + "expenditure_purpose_descrip " + "- " * 16 + END_93
)  # fmt: skip

#: Versions, in the order they came, and the columns of a line of each schedule.
SINCE_8_1 = ("8.1", "8.2", "8.3", "8.4", "8.5")
IN_6 = ("6.1", "6.2", "6.3", "6.4", "7.0")
IN_5 = ("5.0", "5.1", "5.2", "5.3")
LAYOUTS: dict[str, dict[str, tuple[str, ...]]] = {
    "SB": {
        "3.0": _names(OLD_B),
        "5.0": _names(OLD_B_5),
        **dict.fromkeys(
            IN_5[1:], _names(OLD_B_5 + "payee_organization_name " + PERSON.format("payee"))
        ),
        "6.1": _names(
            MONEY_B + CODED_PURPOSE + EXCESS + "beneficiary_committee_fec_id " + END_B
        ),
        **dict.fromkeys(
            ("6.2", "6.3"), _names(MONEY_B + CODED_PURPOSE + EXCESS + COMMITTEE + END_B)
        ),
        **dict.fromkeys(
            ("6.4", "7.0"), _names(MONEY_B + BUNDLED + CODED_PURPOSE + COMMITTEE + END_B)
        ),
        **dict.fromkeys(
            ("8.0", *SINCE_8_1), _names(MONEY_B + BUNDLED + PURPOSE + COMMITTEE + END_B)
        ),
    },
    "SE": {
        "3.0": _names(OLD_E),
        **dict.fromkeys(
            IN_5,
            _names(OLD_E + ELECTION + "category_code expenditure_purpose_code " + YEAR_TO_DATE),
        ),
        **dict.fromkeys(
            IN_6,
            _names(MONEY_E + YEAR_TO_DATE + CODED_PURPOSE + TARGET + STATE_FIRST + SIGNED + MEMO),
        ),
        "8.0": _names(MONEY_E + YEAR_TO_DATE + PURPOSE + TARGET + STATE_FIRST + SIGNED + MEMO),
        **dict.fromkeys(
            SINCE_8_1,
            _names(
                MONEY_E + "disbursement_date " + YEAR_TO_DATE + PURPOSE + TARGET + STATE_LAST
                + SIGNED + MEMO
            ),
        ),
    },
    "F57": {
        **dict.fromkeys(IN_5, _names(OLD_57)),
        **dict.fromkeys(IN_6, _names(MONEY_57 + CODED_PURPOSE + TARGET + STATE_FIRST)),
        **dict.fromkeys(("8.0", *SINCE_8_1), _names(MONEY_57 + PURPOSE + TARGET + STATE_FIRST)),
    },
    "F76": {
        **dict.fromkeys(("3.0", *IN_5), _names(OLD_76)),
        **dict.fromkeys((*IN_6, "8.0", *SINCE_8_1), _names(MONEY_76)),
    },
    "F93": {
        "5.0": _names(OLD_93_0),
        "5.1": _names(OLD_93_1),
        **dict.fromkeys(IN_5[2:], _names(OLD_93)),
        **dict.fromkeys((*IN_6, "8.0", *SINCE_8_1), _names(MONEY_93)),
    },
}  # fmt: skip
VERSIONS = tuple(LAYOUTS["SB"])

#: Where a cover has the filer's name, the code of the report and the day it was signed: by the
#: first letters of its form and, from the version on, the places, none where it has no such cell.
PLACES: tuple[tuple[str, str, tuple[int, int | None, int | None]], ...] = (
    ("F24", "8", (4, 2, 15)),
    ("F24", "6", (3, 2, 14)),
    ("F24", "5", (2, 10, 9)),
    ("F24", "3", (2, None, 9)),
    ("F3X", "6", (2, 9, 21)),
    ("F3X", "3", (2, 10, 106)),
    ("F3P", "6", (2, 11, 22)),
    ("F3P", "3", (2, 11, 197)),
    ("F3L", "6", (2, 11, 26)),
    ("F3", "6", (2, 11, 22)),
    ("F3", "3", (2, 11, 92)),
    ("F4", "6", (2, 10, 18)),
    ("F4", "3", (2, 10, 79)),
    ("F5", "8.1", (3, 17, 29)),
    ("F5", "6", (3, 18, 29)),
    ("F5", "3", (2, 12, 21)),
    ("F7", "6", (2, 9, 21)),
    ("F7", "3", (2, 9, 16)),
    ("F9", "8.3", (3, None, 44)),
    ("F9", "6.2", (3, None, 43)),
    ("F9", "6", (3, None, 42)),
    ("F9", "5", (2, None, 28)),
)
#: Where the cover of a Form 5 says that it is a report within 24 or 48 hours.
WITHIN_HOURS = (("8.1", 18), ("6", 19), ("5", 25))
