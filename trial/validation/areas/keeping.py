"""Freezing, locking, taking data out, keeping them readable."""

from trial.validation.requirement import OURS, Requirement, e6, ema, part_11, tests_of

AREA = "Freeze, lock, export and archive"
HOLDS, VERIFICATION = "trial/test_holds.py", "capture/conduct/test_verification_and_holds.py"
MOMENTS, EXPORT, OFFLINE = (
    "analysis/results/test_moments.py",
    "capture/exchange/test_export.py",
    "capture/trail/test_offline.py",
)
COPY, ARCHIVE = "capture/copies/test_certified_copy.py", "capture/copies/test_archive.py"
ROUND_TRIP = "capture/exchange/test_round_trip.py"

KEEPING_REQUIREMENTS = (
    Requirement(
        "R56",
        AREA,
        "Once locked, no way of writing succeeds; a lock is lifted by two people with a reason, on record.",
        e6("3.16.1(r)") + ema(),
        tests_of(
            HOLDS,
            "every_table_of_an_entry_is_known_by_its_form",
            "a_held_entry_can_neither_be_added_nor_corrected",
            "raw_sql_of_the_application_does_not_pass_a_lock",
            "an_import_does_not_pass_a_lock_and_nothing_of_it_is_kept",
            "the_owner_of_the_schema_does_not_pass_a_lock_either",
            "one_person_cannot_lift_a_lock_by_raw_sql",
        )
        + tests_of(VERIFICATION, "two_people_one_of_them_the_chair_lift_a_lock"),
    ),
    Requirement(
        "R57",
        AREA,
        "An interim look has a name and never changes, whatever is entered or corrected later.",
        e6("4.2.6"),
        tests_of(
            MOMENTS,
            "a_data_cut_keeps_its_numbers_whatever_comes_later",
            "a_data_cut_is_never_altered_and_its_name_never_given_twice",
            "every_past_result_is_found_again_to_the_byte",
        ),
    ),
    Requirement(
        "R58",
        AREA,
        "Rows and checksums of an export agree with the database, empty tables included; an export that fails "
        "says so and leaves no half of a file.",
        OURS,
        tests_of(
            EXPORT,
            "the_manifest_names_rows_and_hash_of_each_file_and_the_change",
            "an_empty_table_is_a_file_with_a_header",
            "a_count_that_differs_from_the_database_is_an_error_and_leaves_nothing",
            "every_table_of_the_record_has_a_data_set_with_every_field",
        )
        + tests_of("capture/exchange/test_exchange_pages.py", "an_export_that_fails_is_said_and_nothing_is_sent"),
    ),
    Requirement(
        "R59",
        AREA,
        "What leaves as ODM, is read by an empty system and leaves again, is the same, with trail, queries and "
        "signatures.",
        e6("4.2.5"),
        tests_of(
            ROUND_TRIP,
            "a_small_record_with_every_form_comes_back_with_the_same_answers",
            "the_demo_cohort_comes_back_with_the_same_answers",
            "importing_the_same_files_again_changes_nothing",
        ),
        "For CSV and the data only. ODM comes later; an import carries neither trail nor signatures on purpose.",
    ),
    Requirement(
        "R60",
        AREA,
        "A certified PDF copy holds data, trail, queries and signatures and can be verified without the product.",
        part_11("10(b)") + ema("6.5"),
        tests_of(
            COPY,
            "every_value_of_a_casebook_with_every_form_is_on_its_pdf",
            "every_change_of_the_participant_stands_on_the_pdf_with_who_when_and_why",
            "a_signature_on_the_pdf_has_its_printed_name_time_and_meaning_and_how_it_stands",
            "a_copy_verifies_without_the_product_and_says_what_it_cannot_prove",
            "the_excerpt_holds_nothing_of_another_participant",
            "what_is_altered_is_found_and_a_forged_manifest_too",
        )
        + tests_of(
            "capture/copies/test_checking_a_copy.py",
            "a_hash_or_the_file_tells_who_made_the_copy_and_from_which_change",
            "the_page_says_how_much_changed_since_and_where_to_see_it",
        )
        + tests_of(
            "trial/test_paper.py",
            "a_row_that_is_taller_than_a_page_is_printed_whole",
            "letters_that_the_font_lacks_are_printed_by_their_number",
        ),
    ),
    Requirement(
        "R61",
        AREA,
        "Every export is read rightly by R, by a reader of SAS transport files and by Python, with types, labels "
        "and reasons for what is missing.",
        OURS,
        tests_of(
            EXPORT,
            "the_dictionary_explains_every_column",
            "values_are_written_as_the_record_knows_them",
            "the_workbook_holds_words_as_words_and_numbers_as_numbers",
        )
        + tests_of(
            "capture/exchange/test_read_by_others.py",
            "python_and_r_read_every_value_by_the_dictionary_of_the_export",
        ),
        "CSV is read by Python (every cell) and by R (three data sets), by its own dictionary. SAS transport files "
        "come later.",
    ),
    Requirement(
        "R62",
        AREA,
        "Archived records are opened and verified with no server running.",
        part_11("10(c)") + ema("6.11"),
        tests_of(
            OFFLINE,
            "an_unaltered_export_verifies_to_the_head_of_the_database",
            "an_altered_line_is_found",
            "a_missing_change_is_found",
            "a_tail_cut_off_is_found_by_a_head_noted_elsewhere",
        )
        + tests_of(
            ARCHIVE,
            "every_page_opens_from_disk_and_leads_only_to_files_of_the_archive",
            "a_page_says_what_the_certified_copy_on_paper_says",
            "the_archive_of_the_study_verifies_to_the_head_of_the_chain",
            "an_altered_file_of_an_archive_is_found",
        ),
    ),
)
