"""Accounts under the spine, in SQL: every account, role, site and deactivation as a version in the chain of Changes.

A version of an account holds what gives or takes access and nothing else: a list of columns, so that no password hash
can ever come into the history. Signing in (last_login) and choosing a password are no change of access rights.
An account written outside a Change (a shell, the demo) opens a Change of the system by itself: nothing goes unrecorded.
"""

from trial.spine import APPLICATION_ROLE, _as_application

TABLE = "trial_person"
SITES_TABLE = "trial_person_sites"

# The account of person `t` as its versions hold it. Verification evaluates this same text itself.
ACCOUNT_OF_T = """jsonb_build_object('id', t.id, 'username', t.username, 'full_name', t.full_name, 'role', t.role,
    'is_active', t.is_active, 'sites', coalesce((SELECT jsonb_agg(s.site_id ORDER BY s.site_id)
        FROM trial_person_sites s WHERE s.person_id = t.id), '[]'::jsonb))"""

INSTALL = f"""
CREATE FUNCTION endpoint_record_account() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE of_person bigint; number bigint; account jsonb; before jsonb;
BEGIN
    IF TG_TABLE_NAME = '{TABLE}' THEN of_person := NEW.id;
        IF TG_OP = 'UPDATE' AND (NEW.id <> OLD.id OR NEW.username <> OLD.username) THEN
            RAISE EXCEPTION 'an account keeps its username for ever'; END IF;
    ELSIF TG_OP = 'DELETE' THEN of_person := OLD.person_id;
    ELSE of_person := NEW.person_id; END IF;
    SELECT {ACCOUNT_OF_T} INTO account FROM {TABLE} t WHERE t.id = of_person;
    SELECT v.row INTO before FROM trial_version v WHERE v.table_name = '{TABLE}' AND v.row_id = of_person
        ORDER BY v.change_id DESC, v.id DESC LIMIT 1;
    IF account = before THEN RETURN NULL; END IF;
    SELECT c.id INTO number FROM trial_change c
        WHERE c.id = nullif(current_setting('endpoint.change', true), '')::bigint
            AND c.transaction = pg_current_xact_id()::text::bigint AND c.seal IS NULL;
    IF number IS NULL THEN
        SELECT o.number INTO number FROM endpoint_open_change(NULL, 'system',
            'an account was written outside a Change, by the database role ' || session_user,
            NULL, NULL, '{{}}', '') o;
    END IF;
    INSERT INTO trial_version (change_id, table_name, row_id, act, row)
        VALUES (number, '{TABLE}', of_person, CASE WHEN before IS NULL THEN 'insert' ELSE 'update' END, account);
    RETURN NULL;
END $$;
CREATE TRIGGER endpoint_record AFTER INSERT OR UPDATE ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION endpoint_record_account();
CREATE TRIGGER endpoint_keep BEFORE DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION endpoint_refuse();
CREATE TRIGGER endpoint_keep_all BEFORE TRUNCATE ON {TABLE} EXECUTE FUNCTION endpoint_refuse();
CREATE TRIGGER endpoint_record AFTER INSERT OR UPDATE OR DELETE ON {SITES_TABLE}
    FOR EACH ROW EXECUTE FUNCTION endpoint_record_account();
CREATE TRIGGER endpoint_keep_all BEFORE TRUNCATE ON {SITES_TABLE} EXECUTE FUNCTION endpoint_refuse();
CREATE TRIGGER endpoint_keep BEFORE UPDATE OR DELETE ON trial_signin FOR EACH ROW EXECUTE FUNCTION endpoint_refuse();
CREATE TRIGGER endpoint_keep_all BEFORE TRUNCATE ON trial_signin EXECUTE FUNCTION endpoint_refuse();
""" + _as_application(f"""
    REVOKE ALL ON {TABLE}, trial_signin FROM {APPLICATION_ROLE};
    GRANT SELECT, INSERT, UPDATE ON {TABLE} TO {APPLICATION_ROLE};
    GRANT SELECT, INSERT ON trial_signin TO {APPLICATION_ROLE};""")

# Accounts that were there before: one Change of the system holds them all.
RECORD_THOSE_THERE = f"""
DO $do$ DECLARE number bigint;
BEGIN
    IF EXISTS (SELECT FROM {TABLE}) THEN
        SELECT o.number INTO number FROM endpoint_open_change(NULL, 'system', 'accounts come under the record',
            NULL, NULL, '{{}}', '') o;
        INSERT INTO trial_version (change_id, table_name, row_id, act, row)
            SELECT number, '{TABLE}', t.id, 'insert', {ACCOUNT_OF_T} FROM {TABLE} t ORDER BY t.id;
    END IF;
END $do$;
"""
