-- What the application may call beside what everybody may. Run where the application has a role of its own.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM {{application}};
GRANT EXECUTE ON FUNCTION endpoint_open_change(bigint, text, text, bigint, bigint, text[], text),
    endpoint_current_change(), endpoint_change_concerns(bigint, bigint, text[]), endpoint_black_out(bigint),
    endpoint_black_out_preview(bigint), endpoint_words_asked(trial_redaction) TO {{application}};
-- Which migrations ran, and who signed in how, is evidence: it grows and is never taken back.
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {{application}};
REVOKE DELETE ON axes_accesslog, axes_accessfailurelog FROM {{application}};
