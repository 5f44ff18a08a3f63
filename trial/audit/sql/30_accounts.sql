-- Accounts: every account, role, site and deactivation as a version in the chain of Changes.

-- Trigger of accounts and of their sites. Signing in and choosing a password change no access right and leave no
-- version. An account written outside a Change (a shell, the demo) opens a Change of the system: nothing goes unrecorded.
CREATE OR REPLACE FUNCTION endpoint_record_account() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE of_person bigint; number bigint; account jsonb; before jsonb;
BEGIN
    IF TG_TABLE_NAME = 'trial_person' THEN of_person := NEW.id;
        IF TG_OP = 'UPDATE' AND (NEW.id <> OLD.id OR NEW.username <> OLD.username) THEN
            RAISE EXCEPTION 'an account keeps its username for ever'; END IF;
    ELSIF TG_OP = 'DELETE' THEN of_person := OLD.person_id;
    ELSE of_person := NEW.person_id; END IF;
    SELECT {{account_of_t}} INTO account FROM trial_person t WHERE t.id = of_person;
    SELECT v.row INTO before FROM trial_version v WHERE v.table_name = 'trial_person' AND v.row_id = of_person
        ORDER BY v.change_id DESC, v.id DESC LIMIT 1;
    IF account = before THEN RETURN NULL; END IF;
    SELECT c.id INTO number FROM trial_change c
        WHERE c.id = nullif(current_setting('endpoint.change', true), '')::bigint
            AND c.transaction = pg_current_xact_id()::text::bigint AND c.seal IS NULL;
    IF number IS NULL THEN
        SELECT o.number INTO number FROM endpoint_open_change(NULL, 'system',
            'an account was written outside a Change, by the database role ' || session_user,
            NULL, NULL, '{}', '') o;
    END IF;
    INSERT INTO trial_version (change_id, table_name, row_id, act, row)
        VALUES (number, 'trial_person', of_person, CASE WHEN before IS NULL THEN 'insert' ELSE 'update' END, account);
    RETURN NULL;
END $$;
