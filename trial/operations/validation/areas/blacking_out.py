"""That identifying words can be blacked out, by two people and in no other way: R31 of the audit trail."""

from trial.operations.validation.requirement import Requirement, e6, tests_of

BLACK_OUT, BLACK_OUT_GUARDS = "trial/test_black_out.py", "trial/test_black_out_guards.py"

BLACKING_OUT = Requirement(
    "R31",
    "Audit trail",
    "Identifying text entered by mistake can be blacked out, with a reason and on record, in no other way.",
    e6("4.2.2(b)"),
    tests_of(
        BLACK_OUT,
        "the_words_go_from_the_row_and_its_version_and_the_chain_holds",
        "the_words_are_nowhere_in_the_database_afterwards",
        "the_exported_trail_verifies_offline_and_says_what_is_kept",
        "a_black_out_forged_in_an_export_is_found_offline",
        "a_signature_of_the_casebook_stays_valid",
        "the_results_of_a_past_moment_are_the_same_to_the_byte",
        "no_endpoint_reads_a_field_that_can_be_blacked_out",
        "only_free_text_can_be_asked_for",
        "no_reason_may_repeat_the_words",
        "it_is_possible_under_a_lock",
    )
    + tests_of(
        BLACK_OUT_GUARDS,
        "nobody_but_the_chair_approves",
        "the_chair_who_asked_does_not_approve",
        "the_application_blacks_out_in_no_other_way",
        "nor_does_the_owner_without_the_function",
        "what_is_forged_about_a_black_out_is_found",
        "a_version_altered_under_a_black_out_of_ones_own_is_found",
        "an_altered_reason_that_was_blacked_out_is_found",
    )
    + tests_of(
        "capture/conduct/test_black_out_pages.py",
        "who_sees_the_record_asks_from_the_history_and_the_chair_decides",
        "the_history_the_trail_and_the_file_tell_who_blacked_out_and_why",
        "a_form_that_was_open_meanwhile_does_not_bring_the_words_back",
    )
    + tests_of("capture/copies/test_what_was_blacked_out.py", "no_copy_holds_the_words_and_each_verifies"),
    "Words that results are computed from stay (reasons of a dose, other words of an event, name of a medication, "
    "assay, why a lesion was not evaluated, findings); words in a problem report alone cannot be asked for.",
)
