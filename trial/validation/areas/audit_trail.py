"""What is written down about every change, and that nobody can take it back."""

from trial.validation.areas.blacking_out import BLACKING_OUT
from trial.validation.requirement import OURS, Requirement, e6, ema, part_11, tests_of

AREA = "Audit trail"
CHANGES, AUDIT, TRAIL = "trial/test_changes.py", "trial/test_audit.py", "capture/trail/test_trail_page.py"
CORRECTIONS, IMPORT, IMPORTS = "capture/test_corrections.py", "capture/exchange/test_import.py", "trial/test_imports.py"
HOLDS, VERIFYING = "capture/conduct/test_verification_and_holds.py", "analysis/views/test_status_page.py"
SIGNING, QUERIES = "capture/conduct/test_signing.py", "capture/conduct/test_queries.py"

AUDIT_TRAIL_REQUIREMENTS = (
    Requirement(
        "R16",
        AREA,
        "Every entry made, changed or taken back leaves one account of who, in which role, when, what it was "
        "and became, why, and where in the casebook.",
        part_11("10(e)") + e6("4.2.2(a)(ii)") + ema("6.2.1"),
        tests_of(
            CHANGES,
            "every_record_row_is_watched",
            "a_change_numbers_and_seals_itself",
            "bulk_created_rows_are_all_recorded",
            "each_change_keeps_its_own_reason",
        )
        + tests_of(
            CORRECTIONS,
            "a_correction_needs_a_reason_and_stands_in_the_history_with_old_and_new_value",
            "an_entry_is_struck_out_with_a_reason_and_stays_readable",
        )
        + tests_of(TRAIL, "a_change_opens_in_words_with_before_and_after"),
    ),
    Requirement(
        "R17",
        AREA,
        "An old value can be read however often it was changed since.",
        OURS,
        tests_of(TRAIL, "a_version_altered_twice_in_one_change_is_compared_with_the_one_before")
        + tests_of(CORRECTIONS, "a_correction_needs_a_reason_and_stands_in_the_history_with_old_and_new_value")
        + tests_of("trial/validation/test_small_promises.py", "each_of_five_values_stays_readable"),
    ),
    Requirement(
        "R18",
        AREA,
        "The database refuses to alter, delete or empty the trail, to the application and to the owner of its tables.",
        e6("4.2.2(b)"),
        tests_of(CHANGES, "the_application_cannot_forge_the_history", "truncate_is_refused_to_the_owner_too")
        + tests_of("trial/validation/test_small_promises.py", "the_owner_neither_alters_nor_deletes_the_history"),
        "An owner who first switches the triggers off is not stopped; R21 finds what was done.",
    ),
    Requirement(
        "R19",
        AREA,
        "Nothing in the product can turn the trail off, and it does not serve without its triggers.",
        e6("4.2.2(b)"),
        tests_of(
            CHANGES,
            "raw_sql_outside_a_change_is_refused",
            "writing_in_the_name_of_another_change_is_refused",
            "writing_after_the_seal_is_refused",
        )
        + tests_of(AUDIT, "triggers_switched_off_are_found")
        + tests_of(
            "trial/test_spine_in_place.py",
            "a_trigger_that_is_missing_or_off_refuses_the_start_and_is_named",
            "the_web_server_itself_refuses_in_words",
            "the_check_of_the_database_and_the_status_page_say_it",
        ),
    ),
    Requirement(
        "R20",
        AREA,
        "When the account of a change cannot be written, the change itself is undone.",
        OURS,
        tests_of(CHANGES, "a_failed_change_leaves_no_gap")
        + tests_of(IMPORTS, "a_failure_in_the_last_change_undoes_the_first")
        + tests_of("trial/validation/test_small_promises.py", "a_row_whose_version_cannot_be_written_is_not_kept"),
    ),
    Requirement(
        "R21",
        AREA,
        "A row altered behind the product's back breaks the chain, and the nightly verification says so.",
        part_11("10(a)") + ema("A4"),
        tests_of(
            AUDIT,
            "an_untouched_record_is_sound",
            "what_the_owner_alters_is_found",
            "a_cut_off_tail_shows_against_the_witness",
        )
        + tests_of(
            VERIFYING,
            "a_broken_chain_is_on_the_page",
            "the_nightly_verification_keeps_its_result",
            "the_clock_verifies_each_night_and_sweeps_each_minute",
        ),
    ),
    Requirement(
        "R22",
        AREA,
        "Saved data are not changed without a reason, whichever way the change comes in.",
        e6("4.2.2") + ema("6.2.1"),
        tests_of(CHANGES, "a_correction_needs_a_reason_and_a_known_act")
        + tests_of(CORRECTIONS, "a_correction_needs_a_reason_and_stands_in_the_history_with_old_and_new_value")
        + tests_of("capture/test_registration.py", "a_correction_without_a_reason_is_refused")
        + tests_of(QUERIES, "a_correction_without_a_reason_is_not_saved_and_answers_nothing")
        + tests_of(IMPORTS, "an_import_says_where_it_comes_from")
        + tests_of(IMPORT, "a_value_entered_by_the_site_is_never_overwritten"),
    ),
    Requirement(
        "R23",
        AREA,
        "Acts about the data are on the trail too: queries, verification, signing, freezing, locking, taking "
        "data out, looking at interim results.",
        e6("4.2.2(a)(iii)"),
        tests_of(TRAIL, "every_table_under_the_spine_has_words")
        + tests_of(QUERIES, "the_monitor_closes_reopens_with_words_and_cancels")
        + tests_of(SIGNING, "the_whole_casebook_is_signed_by_one_act")
        + tests_of(HOLDS, "two_people_one_of_them_the_chair_lift_a_lock")
        + tests_of(
            "capture/trail/test_journal.py",
            "what_is_opened_or_taken_out_is_one_line_with_who_when_and_what",
            "the_command_line_is_noted_too",
            "what_a_page_asks_for_by_itself_is_not_noted",
            "what_cannot_be_noted_is_not_shown",
            "nobody_alters_or_deletes_the_journal",
            "the_page_filters_and_the_file_holds_the_same",
        ),
    ),
    Requirement(
        "R24",
        AREA,
        "Times come from the server with their zone; the clock of the person's machine moves nothing.",
        part_11("10(e)") + e6("4.2.2(d)"),
        tests_of(TRAIL, "days_are_whole_days_in_utc")
        + tests_of("trial/validation/test_small_promises.py", "the_time_of_a_change_is_the_database_servers")
        + tests_of(
            "browser/test_a_wrong_clock.py",
            "a_browser_with_its_clock_a_day_off_moves_no_day_and_no_time",
            "t_is_the_day_at_the_site_where_it_is_another_than_in_utc",
        )
        + tests_of(
            "trial/rules/test_site_time.py",
            "a_time_is_shown_once_never_or_twice",
            "of_two_times_none_is_guessed_and_the_one_that_was_said_is_taken",
            "an_instant_is_written_by_the_clock_of_the_site_with_utc_beside_it",
            "the_24_hours_of_a_notification_are_hours_across_a_change_of_clock",
        )
        + tests_of(
            "capture/test_time_at_the_site.py",
            "awareness_is_typed_by_the_clock_of_the_site_and_starts_the_24_hours_there",
            "a_time_that_the_clock_never_showed_is_refused_and_one_shown_twice_is_asked_about",
            "another_zone_moves_no_instant_and_a_correction_of_something_else_does_not_either",
            "an_export_states_the_offset_of_each_instant_and_comes_back_unchanged",
            "the_history_and_the_digest_say_the_time_at_the_site_and_the_trail_stays_utc",
        ),
    ),
    Requirement(
        "R25",
        AREA,
        "A server clock more than a second away from its time source is reported.",
        ema("5"),
        tests_of(
            "trial/test_clock.py",
            "a_clock_more_than_a_second_off_is_reported",
            "the_kernels_account_is_read_where_there_is_one",
            "the_status_page_and_the_report_say_what_is_known_of_the_clock",
            "a_database_whose_clock_is_off_is_found",
        ),
    ),
    Requirement(
        "R26",
        AREA,
        "The trail of an item is one click away from it; the whole trail can be filtered by person, day, site, "
        "form and act.",
        e6("4.2.2(c)"),
        tests_of("capture/test_participant_pages.py", "the_participant_page_links_the_history_in_one_click")
        + tests_of(
            TRAIL,
            "each_filter_finds_what_the_database_holds",
            "a_person_filters_the_trail",
            "the_history_of_an_item_leads_to_the_change_for_those_who_read_the_trail",
        ),
    ),
    Requirement(
        "R27",
        AREA,
        "The trail leaves as CSV and as ODM with as many rows as the database holds.",
        part_11("10(b)"),
        tests_of(TRAIL, "the_file_has_a_row_for_each_version_and_for_each_change_without_one")
        + tests_of("capture/trail/test_offline.py", "an_unaltered_export_verifies_to_the_head_of_the_database"),
        "CSV and lines of JSON only; ODM comes later.",
    ),
    Requirement(
        "R28",
        AREA,
        "What the system changed by itself carries the process and its version.",
        e6("4.2.4"),
        tests_of("trial/test_accounts.py", "an_account_written_outside_a_change_is_on_record_as_the_systems")
        + tests_of(IMPORTS, "an_import_says_where_it_comes_from", "an_import_speaks_for_nobody_else")
        + tests_of(
            "trial/test_program.py", "every_change_the_pages_and_the_exports_name_the_running_program"
        ),
    ),
    Requirement(
        "R29",
        AREA,
        "Lines of a repeating table that are added, moved or taken back leave one right account each.",
        OURS,
        tests_of(CORRECTIONS, "an_entry_is_struck_out_with_a_reason_and_stays_readable")
        + tests_of(CHANGES, "a_row_is_struck_out_and_never_deleted")
        + tests_of(
            "capture/test_lines_on_record.py",
            "each_dosing_period_that_changes_is_told_once_and_the_others_not",
            "each_laboratory_line_that_changes_is_told_once_and_the_others_not",
            "each_lesion_of_a_baseline_that_changes_is_told_once_and_the_others_not",
            "each_reading_of_a_follow_up_that_changes_is_told_once_and_the_others_not",
        ),
    ),
    Requirement(
        "R30",
        AREA,
        "What is typed and changed before it is first saved is no part of the trail; what is saved is. Drafts "
        "are kept for the person and are no record.",
        ema("6.2.1"),
        tests_of(
            "capture/test_drafts.py",
            "a_draft_is_kept_offered_and_gone_with_the_save_without_a_change_of_its_own",
            "nobody_else_is_offered_a_draft",
        ),
        "Kept deliberately: the requirement asks for a trail of saved drafts, ours are deleted with the save.",
    ),
    BLACKING_OUT,
    Requirement(
        "R32",
        AREA,
        "Who looked through which part of the trail, and when, is itself recorded.",
        e6("4.2.3") + ema("6.2.2"),
        tests_of(
            TRAIL,
            "a_monitor_records_a_review_that_everybody_sees",
            "nobody_reviews_the_same_changes_twice",
            "a_review_of_one_site_does_not_count_for_all",
            "a_review_of_what_is_not_there_or_without_words_is_refused",
        ),
    ),
)
