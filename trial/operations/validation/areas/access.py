"""Who may enter, and what for."""

from trial.operations.validation.requirement import FDA, OURS, Requirement, e6, ema, part_11, tests_of

AREA = "Access and accounts"
ACCOUNTS, PEOPLE_PAGES, SIGN_IN = "trial/test_accounts.py", "trial/test_people_pages.py", "trial/test_sign_in.py"
PASSWORDS, PAUSE = "trial/security/test_passwords.py", "trial/security/test_pause.py"
SECOND_FACTOR, ACCESS, HOUSE = "trial/security/test_second_factor.py", "test_access.py", "test_house.py"

ACCESS_REQUIREMENTS = (
    Requirement(
        "R01",
        AREA,
        "Nobody reaches any address of the product without having signed in, apart from the few public ones.",
        part_11("10(d)"),
        tests_of(ACCESS, "every_url_states_its_rule", "signed_out_people_are_sent_to_sign_in_everywhere"),
    ),
    Requirement(
        "R02",
        AREA,
        "Whatever a role is not meant for, or belongs to a site that is not the person's, is refused or not "
        "found, for every address and every role, and leaves the record as it was.",
        part_11("10(d)", "10(g)") + e6("4.3.8") + ema("A3"),
        tests_of(
            ACCESS,
            "a_role_is_refused_where_the_rule_does_not_name_it",
            "every_page_of_another_sites_participant_is_404",
        )
        + tests_of("trial/operations/validation/test_small_promises.py", "a_refused_post_writes_nothing"),
    ),
    Requirement(
        "R03",
        AREA,
        "A username belongs to one person for ever, also after the account was closed.",
        part_11("100(a)", "300(a)") + ema("A3"),
        tests_of(
            ACCOUNTS,
            "a_username_is_never_used_again_however_it_is_written",
            "the_database_refuses_to_rename_or_delete_an_account",
        ),
    ),
    Requirement(
        "R04",
        AREA,
        "Each act on an account (made, role or sites changed, closed, opened again) is on record with who "
        "did it and when.",
        e6("4.2.2(a)(i)"),
        tests_of(
            ACCOUNTS,
            "a_new_account_is_one_change_by_the_administrator_with_its_reason",
            "an_account_written_outside_a_change_is_on_record_as_the_systems",
            "an_account_altered_behind_the_triggers_is_found",
            "switched_off_recording_of_sites_is_found",
            "an_account_without_a_reason_is_not_changed",
        )
        + tests_of(
            PEOPLE_PAGES,
            "role_and_sites_are_changed_with_a_reason",
            "an_account_is_deactivated_and_reactivated_and_stays_in_the_list",
        )
        + tests_of(
            "trial/security/test_lockouts.py",
            "a_lockout_of_an_account_is_on_the_trail_once_and_one_of_no_account_is_not",
        ),
    ),
    Requirement(
        "R05",
        AREA,
        "What each person was allowed to do on any past day can be worked out from the record.",
        FDA,
        tests_of(ACCOUNTS, "access_rights_of_a_past_day_are_rebuilt")
        + tests_of(PEOPLE_PAGES, "access_rights_of_a_day_on_page_and_command_line"),
    ),
    Requirement(
        "R06",
        AREA,
        "The right to enter data and the right to lock or unlock the database never meet in one account.",
        ema("A3"),
        tests_of(
            ACCOUNTS,
            "no_role_both_enters_and_locks",
            "an_account_never_holds_entry_and_lock_rights_even_one_after_the_other",
        ),
    ),
    Requirement(
        "R07",
        AREA,
        "Whoever administers the system can neither enter nor change nor sign clinical data.",
        ema("A3"),
        tests_of(ACCOUNTS, "an_administrator_cannot_enter_or_read_a_participant")
        + tests_of(PEOPLE_PAGES, "the_administrators_pages_hold_nothing_of_a_participant")
        + tests_of("capture/test_every_form.py", "roles_that_only_read_cannot_open_a_new_entry")
        + tests_of("capture/conduct/test_signing.py", "nobody_but_the_investigator_signs"),
    ),
    Requirement(
        "R08",
        AREA,
        "Repeated wrong passwords close signing in for a stated time, are logged, and somebody responsible "
        "for security is told.",
        part_11("300(d)"),
        tests_of(SIGN_IN, "five_wrong_passwords_close_signing_in_for_a_while")
        + tests_of(
            PASSWORDS,
            "the_history_tells_who_came_from_where_with_what_result",
            "a_colleague_elsewhere_is_not_locked_out_by_wrong_passwords_from_another_address",
        )
        + tests_of(PAUSE, "five_wrong_passwords_at_the_pause_close_signing_in")
        + tests_of(
            "trial/security/test_lockouts.py",
            "the_administrators_are_told_by_mail_and_on_the_status_page",
            "a_name_that_is_no_account_is_not_sent_and_one_mail_is_enough",
            "without_a_broker_or_a_mail_server_signing_in_is_closed_all_the_same",
        ),
    ),
    Requirement(
        "R09",
        AREA,
        "After a pause the person proves again who it is, and gets back the form as it was half typed.",
        ema("A4"),
        tests_of(
            PAUSE,
            "a_session_waits_for_the_password_after_a_pause",
            "a_page_that_refreshes_itself_keeps_nobody_awake",
            "a_form_sent_during_the_pause_comes_back_with_what_was_typed",
            "a_form_sent_after_the_session_ended_waits_until_its_person_signs_in",
            "nobody_else_reads_or_throws_away_a_kept_form",
        )
        + tests_of("browser/test_signing_in.py", "the_idle_lock_covers_a_half_typed_form_and_gives_it_back"),
    ),
    Requirement(
        "R10",
        AREA,
        "A password given by somebody else lets its owner in once, and only to choose an own one.",
        part_11("300"),
        tests_of(
            PASSWORDS,
            "a_one_time_password_leads_to_choosing_an_own_one_and_nowhere_else",
            "a_one_time_password_works_once",
        )
        + tests_of(PEOPLE_PAGES, "an_account_is_added_and_its_password_shown_once_lets_the_person_in"),
    ),
    Requirement(
        "R11",
        AREA,
        "Passwords that are short, common, known from breaches or used before are refused; of the rest only "
        "a slow salted hash is kept.",
        part_11("300"),
        tests_of(
            PASSWORDS,
            "a_weak_password_is_refused",
            "the_password_in_use_and_the_last_ten_are_refused_and_the_eleventh_is_not",
            "passwords_are_stored_as_argon2_hashes_only",
        )
        + tests_of(ACCOUNTS, "no_password_hash_is_ever_in_the_history"),
    ),
    Requirement(
        "R12",
        AREA,
        "Every role that writes or takes data out needs a second factor to sign in.",
        e6("4.3.3") + ema("A4"),
        tests_of(
            SECOND_FACTOR,
            "the_first_sign_in_leads_to_the_set_up_and_nowhere_else",
            "the_next_sign_in_asks_for_the_code",
            "a_code_is_good_once",
            "a_recovery_code_lets_in_once",
            "a_stolen_password_cannot_put_another_device_in_place",
        )
        + tests_of(HOUSE, "production_refuses_to_start_without_the_second_factor"),
    ),
    Requirement(
        "R13",
        AREA,
        "Signing out ends the session on the server, so that a copied cookie opens nothing.",
        OURS,
        tests_of(PASSWORDS, "signing_out_kills_the_session_on_the_server", "signing_out_everywhere_ends_every_session"),
    ),
    Requirement(
        "R14",
        AREA,
        "The session cookie travels over TLS only, is out of reach of scripts and of other sites, and a post "
        "that does not come from the product's own page fails.",
        OURS,
        tests_of(SIGN_IN, "the_session_cookie_is_out_of_reach_of_scripts")
        + tests_of(HOUSE, "the_deployment_checks_pass_in_production")
        + tests_of(
            "trial/operations/validation/test_small_promises.py",
            "a_post_from_elsewhere_is_refused",
            "cookies_travel_over_tls_only_in_production_and_never_with_another_site",
        ),
    ),
    Requirement(
        "R15",
        AREA,
        "Access rights can be listed for a regular review, and the review is signed off on record.",
        ema("A3"),
        tests_of(PEOPLE_PAGES, "access_rights_of_a_day_on_page_and_command_line")
        + tests_of("trial/test_training.py", "the_review_of_access_rights_is_signed_off_on_record"),
    ),
)
