"""The life of the system itself."""

from trial.validation.requirement import OURS, Requirement, e6, ema, part_11, tests_of

AREA = "Life of the system"
PASSWORDS, PACK = "trial/security/test_passwords.py", "trial/validation/test_mapping.py"
REPORT = "trial/validation/test_report.py"
RESTORE, NIGHT = "trial/backups/test_restore.py", "trial/backups/test_making_a_backup.py"

SYSTEM_REQUIREMENTS = (
    Requirement(
        "R63",
        AREA,
        "Last night's backup, restored on a clean machine, has the same rows and the same chain, in a measured time.",
        e6("4.3.3(d)") + ema("6.8"),
        tests_of(
            RESTORE,
            "a_new_machine_gets_the_record_from_the_files_alone",
            "a_backup_comes_back_with_the_same_rows_chain_and_rights",
            "a_database_in_use_or_not_empty_is_left_alone",
            "a_head_noted_elsewhere_is_compared",
        )
        + tests_of(
            NIGHT,
            "counts_and_head_are_those_of_the_dump_though_people_save_meanwhile",
            "a_full_disk_leaves_nothing_behind_and_is_said_in_words",
            "a_dump_that_ended_badly_never_counts_and_the_last_one_made_is_named",
            "what_a_killed_backup_left_behind_does_not_count_and_is_cleared",
            "backups_older_than_they_are_kept_go_and_nothing_else_does",
        )
        + tests_of(
            "trial/backups/test_restore_drill.py",
            "the_night_makes_a_backup_and_proves_it_and_drops_the_scratch",
            "what_did_not_come_back_as_it_was_is_found",
            "a_manifest_that_says_more_than_came_back_fails_the_drill",
            "a_file_with_one_altered_byte_is_neither_drilled_with_nor_restored",
            "what_is_too_old_is_no_longer_fine",
        )
        + tests_of("analysis/views/test_status_page.py", "the_page_shows_a_recorded_backup"),
    ),
    Requirement(
        "R64",
        AREA,
        "Killing database, worker or broker in the middle of a save loses nothing that was confirmed.",
        OURS,
        tests_of(
            "faults/test_nothing_is_lost.py",
            "kills_of_worker_database_and_broker_lose_nothing_and_the_group_catches_up",
        )
        + tests_of(
            "capture/test_sent_once.py",
            "a_form_sent_again_after_a_lost_answer_is_on_record_once_and_the_person_is_told",
            "a_registration_sent_again_registers_nobody_twice",
            "two_presses_at_the_same_moment_make_one_entry",
        )
        + tests_of(
            "capture/test_sent_twice.py",
            "an_act_sent_again_is_on_record_once_and_its_person_is_told",
            "a_question_to_many_asks_each_once_however_often_it_is_sent",
        )
        + tests_of("test_every_post_form.py", "every_form_has_the_token_or_a_reason_for_none")
        + tests_of("runtime/test_supervisor.py", "a_database_that_dies_is_shown_with_its_log_and_started_again")
        + tests_of(
            "runtime/test_lost_connections.py",
            "a_page_opens_on_a_fresh_connection_after_the_database_dropped_the_old_ones",
        )
        + tests_of("trial/test_changes.py", "a_dead_broker_does_not_fail_a_save"),
    ),
    Requirement(
        "R65",
        AREA,
        "Requirements and tests belong together: one without the other fails the build.",
        e6("4.3.4") + ema("A2"),
        tests_of(
            PACK,
            "a_requirement_has_tests_or_says_what_is_open",
            "every_test_that_is_named_exists",
            "every_test_file_serves_a_requirement_or_states_its_purpose",
            "the_ids_run_from_1_to_71_without_a_gap",
            "the_document_says_what_the_data_say",
            "an_orphan_on_either_side_is_found",
        ),
    ),
    Requirement(
        "R66",
        AREA,
        "Version, commit and state of validation of the running program stand on its pages, in the trail and in "
        "what is exported.",
        e6("4.3.4"),
        tests_of(REPORT, "the_page_names_program_machine_and_every_requirement")
        + tests_of(
            "trial/test_program.py",
            "every_change_the_pages_and_the_exports_name_the_running_program",
            "git_itself_names_the_same_commit",
            "an_image_names_the_commit_it_was_built_from",
            "the_status_page_says_for_which_program_the_validation_was",
            "a_validation_of_another_program_does_not_count",
        ),
    ),
    Requirement(
        "R67",
        AREA,
        "Bringing a filled database to a newer version keeps every value, every line of the trail and every signature.",
        OURS,
        tests_of(
            "trial/test_bringing_up_to_date.py", "a_filled_database_of_an_earlier_version_keeps_everything"
        ),
    ),
    Requirement(
        "R68",
        AREA,
        "Dependencies, secrets and images are scanned, and no critical hole is known at release.",
        ema("A4"),
        tests_of("test_vendor_checksums.py", "every_vendored_file_has_its_stated_checksum"),
        "What is vendored is checked against its checksums; scans are not part of the build yet.",
    ),
    Requirement(
        "R69",
        AREA,
        "What identifies a patient never stands in logs, mails, addresses or error pages.",
        OURS,
        tests_of(
            "browser/test_grades_at_the_bedside.py",
            "a_grade_appears_beside_the_value_and_nothing_typed_stands_in_an_address",
        )
        + tests_of(PASSWORDS, "a_name_that_is_no_account_is_not_kept_since_it_may_be_a_password")
        + tests_of("trial/test_sign_in.py", "a_missing_page_says_so_in_words")
        + tests_of(
            "trial/test_log_lines.py",
            "a_whole_story_leaves_nothing_that_was_typed_in_the_logs_and_in_addresses",
            "a_row_that_the_database_refuses_is_told_without_its_values",
            "an_exception_is_told_by_types_and_places_the_cause_first",
            "a_task_that_fails_is_told_without_the_words_of_its_exception",
        )
        + tests_of(
            "capture/test_expedited_digest.py",
            "a_mail_names_study_number_and_instant_and_nothing_of_the_person_or_the_event",
            "a_mail_that_cannot_be_sent_is_said_on_the_status_page_and_tried_again",
        )
        + tests_of(NIGHT, "no_value_of_the_record_reaches_the_log_or_the_page", "the_log_of_a_night_names_nobody"),
    ),
    Requirement(
        "R70",
        AREA,
        "A problem is reported from within the product with its severity, and is listed for regular review.",
        e6("4.3.7"),
        tests_of(
            "trial/test_problems.py",
            "everybody_reports_a_problem_from_the_foot_of_a_page",
            "nothing_typed_in_an_address_is_kept_with_a_problem",
            "a_report_without_severity_or_words_is_refused",
            "the_administrator_reviews_each_problem_once_and_both_stay_on_record",
            "nobody_reports_in_anothers_name",
        ),
    ),
    Requirement(
        "R71",
        AREA,
        "Nobody enters data without a recorded, current training for the role.",
        part_11("10(i)") + e6("4.3.2"),
        tests_of(
            "trial/test_training.py",
            "entry_is_refused_in_words_without_a_training_and_taken_with_one",
            "a_training_counts_for_its_role_from_its_first_to_its_last_day",
            "every_way_of_entering_is_refused_and_what_is_no_entry_is_not",
            "the_administrator_records_a_training_and_takes_a_mistaken_one_back",
            "training_is_demanded_only_where_it_is_switched_on",
        ),
        "Demanded where ENDPOINT_TRAINING is on. It is off until it is switched on, so that an installation brought up "
        "to date locks nobody out before the trainings there are have been recorded.",
    ),
)
