"""What an electronic signature means here, and what it is bound to."""

from trial.operations.validation.requirement import OURS, Requirement, e6, ema, part_11, tests_of

AREA = "Signatures"
SIGNING, HOLDS = "capture/conduct/test_signing.py", "capture/conduct/test_verification_and_holds.py"
ACCOUNTS, WORK = "trial/test_accounts.py", "capture/test_work_of_conduct.py"

SIGNATURE_REQUIREMENTS = (
    Requirement(
        "R33",
        AREA,
        "Wherever a signature appears, its printed name, day and time, and meaning appear with it.",
        part_11("50"),
        tests_of(SIGNING, "the_whole_casebook_is_signed_by_one_act")
        + tests_of(
            "capture/copies/test_certified_copy.py",
            "a_signature_on_the_pdf_has_its_printed_name_time_and_meaning_and_how_it_stands",
        ),
    ),
    Requirement(
        "R34",
        AREA,
        "The first signature of a sitting needs name and password, each further one at least one of them.",
        part_11("200"),
        tests_of(
            SIGNING,
            "the_whole_casebook_is_signed_by_one_act",
            "a_wrong_password_never_signs_and_counts_towards_the_lockout",
        )
        + tests_of(
            "capture/conduct/test_signing_with_second_factor.py",
            "the_page_asks_for_the_code_and_the_password_alone_does_not_sign",
            "a_wrong_code_does_not_sign_and_a_right_one_does",
            "a_code_that_opened_the_session_does_not_sign_again",
        ),
    ),
    Requirement(
        "R35",
        AREA,
        "A wrong password never signs, and counts as one at the door.",
        OURS,
        tests_of(SIGNING, "a_wrong_password_never_signs_and_counts_towards_the_lockout"),
    ),
    Requirement(
        "R36",
        AREA,
        "A signature holds for the exact versions it was given for; put on another casebook it does not verify.",
        part_11("70"),
        tests_of(
            SIGNING,
            "a_signature_copied_to_another_casebook_does_not_verify",
            "an_altered_version_shows_at_the_signature",
            "the_casebook_is_every_row_of_the_participant_and_of_nobody_else",
            "what_changed_while_the_page_was_open_is_not_signed",
        ),
    ),
    Requirement(
        "R37",
        AREA,
        "A later change of signed data makes the signature stale, names what changed and asks for that only.",
        ema("6.3"),
        tests_of(
            SIGNING,
            "a_later_change_makes_it_stale_and_names_only_what_changed",
            "queries_and_verification_do_not_make_a_signature_stale",
        )
        + tests_of(WORK, "a_signed_casebook_is_to_be_signed_again_once_it_changed")
        + tests_of("capture/test_expedited.py", "a_report_moves_no_endpoint_and_no_signature_but_a_lock_stops_it"),
    ),
    Requirement(
        "R38",
        AREA,
        "Nobody signs in another person's name, administrators included.",
        part_11("100"),
        tests_of(
            SIGNING, "a_signature_in_anothers_name_is_refused_by_the_database", "nobody_but_the_investigator_signs"
        ),
    ),
    Requirement(
        "R39",
        AREA,
        "A casebook is signed only by an investigator of its site to whom signing is delegated that day.",
        e6("3.16.1(o)"),
        tests_of(
            SIGNING, "an_investigator_without_a_standing_delegation_does_not_sign", "nobody_but_the_investigator_signs"
        )
        + tests_of(
            ACCOUNTS,
            "an_investigator_signs_from_the_first_to_the_last_day_of_the_delegation",
            "a_deactivated_investigator_signs_no_more",
        )
        + tests_of(WORK, "only_a_delegated_investigator_is_asked_to_sign"),
    ),
    Requirement(
        "R40",
        AREA,
        "The database is not locked while a casebook is unsigned or its signature stale.",
        e6("3.16.1(o)", "3.16.1(r)"),
        tests_of(
            HOLDS,
            "a_lock_waits_for_the_signature_and_is_approved_by_the_chair",
            "a_change_after_the_signature_stands_in_the_way_of_the_lock",
        ),
    ),
    Requirement(
        "R41",
        AREA,
        "Signing the same casebook in two windows gives one signature.",
        OURS,
        tests_of(SIGNING, "two_tabs_make_one_signature"),
    ),
)
