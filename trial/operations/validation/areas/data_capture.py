"""How data come in, and what is refused."""

from trial.operations.validation.requirement import OURS, Requirement, e6, ema, part_11, tests_of

AREA = "Data capture"
CORRECTIONS, CHECKS, CROSS = (
    "capture/test_corrections.py",
    "capture/test_checks.py",
    "capture/test_cross_form_checks.py",
)
REGISTRATION, IMPORT = "capture/test_registration.py", "capture/exchange/test_import.py"
EDITIONS = "capture/test_editions.py"
NEW_CORRECTION, NOT_DONE = "capture/test_registration_correction.py", "capture/test_not_done.py"
PAGES, ASKING, RECIST = "capture/test_participant_pages.py", "trial/test_asking.py", "trial/rules/test_recist.py"

DATA_CAPTURE_REQUIREMENTS = (
    Requirement(
        "R42",
        AREA,
        "People of the sponsor read what a site entered and cannot change it.",
        e6("3.16.1(i)"),
        tests_of("capture/test_every_form.py", "roles_that_only_read_cannot_open_a_new_entry")
        + tests_of(CORRECTIONS, "the_monitor_reads_an_entry_and_its_history_and_writes_neither")
        + tests_of("capture/conduct/test_queries.py", "a_coordinator_cannot_close_and_a_monitor_cannot_answer")
        + tests_of(IMPORT, "a_value_entered_by_the_site_is_never_overwritten"),
    ),
    Requirement(
        "R43",
        AREA,
        "An investigator reads and takes away the data of the own site with their trail at any time, also after "
        "the lock and after the sponsor has left.",
        e6("3.16.1(k)") + ema("6.6"),
        tests_of("capture/trail/test_trail_page.py", "an_investigator_sees_the_changes_of_the_own_site_and_no_others")
        + tests_of(
            "capture/copies/test_archives_page.py",
            "an_investigator_takes_the_site_away_and_it_verifies",
            "a_locked_site_is_read_copied_and_taken_away_as_before",
            "nobody_takes_away_what_is_not_theirs",
        )
        + tests_of(
            "capture/copies/test_archive.py", "the_archive_of_a_site_verifies_and_holds_nothing_of_another_site"
        ),
    ),
    Requirement(
        "R44",
        AREA,
        "No query leads towards the answer it hopes for.",
        ema(),
        tests_of(ASKING, "no_wording_suggests_an_answer", "the_lint_of_wordings_finds_leading_words"),
    ),
    Requirement(
        "R45",
        AREA,
        "Each edit check has an id, an edition, a source in the protocol, facts that pass and facts that fail.",
        e6("4.3.4"),
        tests_of(
            CHECKS,
            "a_check_passes_what_is_right_and_fails_what_is_not",
            "every_check_of_a_list_has_facts_of_its_own_that_pass_and_that_fail",
            "every_check_is_declared_with_an_id_of_its_own_words_and_a_source",
            "one_id_never_means_two_rules",
        )
        + tests_of(CROSS, "every_reader_finds_every_check_with_its_words_source_severity_and_edition"),
    ),
    Requirement(
        "R46",
        AREA,
        "The same values meet the same checks whether they are typed or come in a file.",
        OURS,
        tests_of(CROSS, "a_page_refuses_in_the_words_of_the_check_and_stores_nothing")
        + tests_of(
            IMPORT,
            "a_wrong_value_is_refused_with_its_place_and_nothing_is_written",
            "the_gate_of_a_group_refuses_an_import_as_it_refuses_a_person",
        )
        + tests_of(
            "capture/exchange/test_round_trip.py", "a_small_record_with_every_form_comes_back_with_the_same_answers"
        )
        + tests_of(
            "capture/exchange/test_same_checks.py",
            "the_page_of_each_form_asks_every_check_that_is_declared_for_it",
            "the_import_asks_every_check_of_every_form",
        ),
        "Page and CSV ask the same lists, form by form. There is no data interface for programs and no ODM yet.",
    ),
    Requirement(
        "R47",
        AREA,
        "A field that does not apply leaves no forgotten value in what is exported.",
        OURS,
        tests_of(
            "capture/test_what_does_not_apply.py",
            "every_check_against_a_forgotten_value_is_tried_on_a_page_and_in_a_file",
            "a_page_refuses_a_forgotten_value_and_takes_the_form_once_it_is_cleared",
            "a_file_with_a_forgotten_value_is_refused_and_nothing_is_written",
            "a_file_with_an_event_that_ended_and_goes_on_leaves_a_check_to_look_at",
            "no_row_of_an_export_answers_a_question_that_does_not_apply",
        ),
    ),
    Requirement(
        "R48",
        AREA,
        "Two people on one form are shown each other's values; nobody's are overwritten in silence.",
        OURS,
        tests_of(
            CORRECTIONS,
            "two_people_on_one_form_see_what_changed_and_choose_field_by_field",
            "their_value_stands_when_it_is_chosen",
        )
        + tests_of(PAGES, "a_correction_shows_what_another_person_changed_instead_of_overwriting_it")
        + tests_of(NEW_CORRECTION, "of_many_saves_of_one_form_at_the_same_moment_one_is_kept_and_the_rest_are_told"),
    ),
    Requirement(
        "R49",
        AREA,
        "Days in an impossible order are refused, and partial dates only when no reading of them is possible.",
        OURS,
        tests_of(CHECKS, "a_check_passes_what_is_right_and_fails_what_is_not")
        + tests_of(
            CROSS,
            "a_page_refuses_in_the_words_of_the_check_and_stores_nothing",
            "an_assessment_at_the_wrong_time_is_refused",
        )
        + tests_of(
            "trial/test_partial_date.py",
            "a_month_means_any_of_its_days",
            "what_is_no_date_or_can_be_read_in_two_ways_is_refused",
        ),
    ),
    Requirement(
        "R50",
        AREA,
        "An answer that is demanded and missing is kept only with the reason why it is missing.",
        OURS,
        tests_of("capture/test_every_form.py", "every_form_opens_and_refuses_nonsense_without_keeping_any")
        + tests_of(REGISTRATION, "an_unanswered_item_is_not_a_yes")
        + tests_of(
            NOT_DONE,
            "what_is_empty_in_a_form_was_not_done_by_one_button",
            "an_assessment_not_done_is_missed_with_its_reason_and_the_next_one_follows",
        ),
    ),
    Requirement(
        "R51",
        AREA,
        "Without consent and eligibility nobody is registered; an exception is decided by a named role with "
        "reason and signature.",
        part_11("10(f)"),
        tests_of(
            REGISTRATION,
            "an_ineligible_person_is_refused_in_words_and_nothing_is_kept",
            "registration_is_refused",
            "an_approved_waiver_lets_an_ineligible_participant_through",
            "a_refused_waiver_lets_nobody_through_and_is_decided_once",
        )
        + tests_of(
            "capture/test_waiver_decision.py",
            "a_waiver_is_not_decided_without_the_chairs_password",
            "a_decision_signed_by_the_chair_is_on_record_with_name_time_and_reason",
            "wrong_passwords_at_a_waiver_count_as_those_at_the_door",
        ),
    ),
    Requirement(
        "R52",
        AREA,
        "Two hundred registrations at once get two hundred numbers without a gap, and no group gets more than "
        "its gate admits.",
        OURS,
        tests_of(REGISTRATION, "parallel_registrations_give_consecutive_distinct_numbers")
        + tests_of(
            "capture/test_gate.py",
            "parallel_registrations_never_pass_a_closing_gate",
            "parallel_registrations_stop_at_the_21_of_the_plan_in_force",
        ),
    ),
    Requirement(
        "R53",
        AREA,
        "The derived response agrees with a second, separately written implementation on ten thousand made-up "
        "histories, by RECIST 1.0 and 1.1.",
        OURS,
        tests_of(
            RECIST,
            "target_response",
            "the_nadir_never_rises",
            "the_order_of_lesions_does_not_matter",
            "doubling_every_diameter_changes_no_response",
        )
        + tests_of("trial/rules/test_recist_overall.py", "overall_response")
        + tests_of(
            "trial/rules/test_recist_1_1.py",
            "target_response",
            "disease_seen_again",
            "overall_response_with_target_lesions",
            "overall_response_without_target_lesions",
            "best_response_when_confirmation_is_asked_for",
        )
        + tests_of("trial/evaluation/test_two_criteria.py", "the_same_scans_by_both")
        + tests_of(
            "trial/evaluation/test_second_implementation.py",
            "two_implementations_agree_on_ten_thousand_histories",
            "the_two_editions_part_often_enough_in_these_histories_to_be_told_apart",
        ),
    ),
    Requirement(
        "R54",
        AREA,
        "The edition of a form that held at a visit is recorded, and old data are shown by it.",
        e6("4.3.5"),
        tests_of(
            EDITIONS,
            "every_form_of_the_casebook_has_editions_without_gaps_whose_fields_it_has",
            "every_entry_keeps_the_edition_by_which_it_was_saved_and_its_history_says_it",
            "an_entry_of_an_older_edition_is_shown_by_its_fields_and_labels",
            "a_correction_says_which_edition_asks_and_what_is_newly_asked",
            "a_correction_by_an_older_edition_leaves_what_it_does_not_ask_as_it_is",
            "an_entry_that_names_no_edition_is_told_by_the_columns_of_its_version",
            "labels_and_fields_of_an_edition_follow_from_all_that_came_later",
        )
        + tests_of(
            "trial/test_bringing_up_to_date.py", "a_filled_database_of_an_earlier_version_keeps_everything"
        ),
    ),
    Requirement(
        "R55",
        AREA,
        "A new edition of a form is used at a site only once its approval there is on record.",
        e6("4.3.5"),
        tests_of(
            "capture/test_edition_approvals.py",
            "a_further_edition_from_its_declaration_to_its_use",
            "an_import_obeys_the_same_approvals",
            "no_entry_is_by_a_newer_edition_than_was_approved_at_its_site_at_that_moment",
            "only_the_study_chair_records_an_approval_and_nobody_in_the_name_of_another",
            "an_approval_is_refused_in_words",
            "a_withdrawal_is_a_further_word_and_the_site_goes_back",
            "a_site_that_is_opened_starts_with_the_newest_editions_on_record_in_the_same_change",
            "sites_from_before_approvals_were_kept_go_on_with_what_they_used",
            "what_the_edition_of_a_site_does_not_ask_counts_as_its_strictest_value",
        )
        + tests_of(
            "capture/test_editions_of_own_pages.py",
            "a_form_with_a_page_of_its_own_asks_by_the_edition_of_the_site_too",
            "registering_asks_by_the_edition_of_the_chosen_site",
        )
        + tests_of(EDITIONS, "a_save_by_an_edition_that_is_not_usable_keeps_nothing"),
    ),
)
