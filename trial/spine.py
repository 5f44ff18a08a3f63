"""The spine in SQL: who may write, how a row becomes a version, how a Change is sealed. Run by migrations as the owner.

Everything here holds for whoever connects: the trigger functions are SECURITY DEFINER, the application's role may only
call `endpoint_open_change` and `endpoint_add_groups` and read the two tables.
"""

from django.db.migrations import RunSQL

APPLICATION_ROLE = "endpoint_app"
# Any constant will do; every writer takes this lock, so Changes are numbered in the order they commit.
WRITERS_LOCK = 20050601

WATCHED_TABLES = (
    "trial_site",
    "trial_participant",
    "trial_eligibilityanswer",
    "trial_waiver",
    "trial_registrationfinding",
    "trial_cycle",
    "trial_dosingperiod",
    "trial_assessment",
    "trial_lesion",
    "trial_lesionreading",
)

_OPEN_CHANGE = f"""
CREATE FUNCTION endpoint_open_change(
    p_person bigint, p_role text, p_act text, p_reason text, p_participant bigint, p_site bigint, p_groups text[],
    p_program text
) RETURNS TABLE (id bigint, at timestamptz) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE last trial_change%ROWTYPE; number bigint; moment timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock({WRITERS_LOCK});
    SELECT * INTO last FROM trial_change c ORDER BY c.id DESC LIMIT 1;
    IF last.id IS NOT NULL AND last.seal IS NULL THEN
        RAISE EXCEPTION 'A Change is already open in this transaction.';
    END IF;
    number := coalesce(last.id, 0) + 1;
    moment := greatest(clock_timestamp(), last.at);
    INSERT INTO trial_change (id, person_id, role, at, act, reason, participant_id, site_id, groups,
                              version_of_program, transaction, previous_seal)
    VALUES (number, p_person, p_role, moment, p_act, p_reason, p_participant, p_site, p_groups, p_program,
            pg_current_xact_id()::text::bigint, last.seal);
    PERFORM set_config('endpoint.change', number::text, true);
    RETURN QUERY SELECT number, moment;
END $$;
"""

_CURRENT = """
CREATE FUNCTION endpoint_current_change() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE number bigint := nullif(current_setting('endpoint.change', true), '')::bigint;
BEGIN
    PERFORM 1 FROM trial_change c WHERE c.id = number AND c.seal IS NULL
        AND c.transaction = pg_current_xact_id()::text::bigint;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'The record is written inside an open Change of this transaction only.'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN number;
END $$;
"""

_CONCERNS = """
CREATE FUNCTION endpoint_change_concerns(p_participant bigint, p_site bigint, p_groups text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE number bigint := endpoint_current_change();
BEGIN
    UPDATE trial_change c SET
        participant_id = coalesce(c.participant_id, p_participant), site_id = coalesce(c.site_id, p_site),
        groups = (SELECT coalesce(array_agg(DISTINCT each ORDER BY each), '{}') FROM unnest(c.groups || p_groups) each)
    WHERE c.id = number;
END $$;
"""

_RECORD_VERSION = """
CREATE FUNCTION endpoint_record_version() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE number bigint := endpoint_current_change();
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'Rows of % are struck out with a reason, never deleted.', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) = to_jsonb(OLD) THEN RETURN NULL; END IF;
    INSERT INTO trial_version (change_id, table_name, row_id, act, row)
    VALUES (number, TG_TABLE_NAME, NEW.id, lower(TG_OP), to_jsonb(NEW));
    RETURN NULL;
END $$;
CREATE FUNCTION endpoint_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Table % belongs to the record and is never emptied.', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
"""

# The very text that is hashed; `trial.audit` computes it again by calling the same function.
_SEAL = """
CREATE FUNCTION endpoint_seal_of(p_change bigint) RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT sha256(convert_to(jsonb_build_array(
        encode(c.previous_seal, 'hex'), c.id, c.person_id, c.role, extract(epoch FROM c.at), c.act, c.reason,
        c.participant_id, c.site_id, to_jsonb(c.groups), c.version_of_program, c.transaction,
        (SELECT coalesce(jsonb_agg(jsonb_build_array(v.id, v.table_name, v.row_id, v.act, v.row) ORDER BY v.id), '[]')
         FROM trial_version v WHERE v.change_id = c.id))::text, 'UTF8'))
    FROM trial_change c WHERE c.id = p_change
$$;
CREATE FUNCTION endpoint_seal_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE trial_change SET seal = endpoint_seal_of(NEW.id) WHERE id = NEW.id;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER seal_at_commit AFTER INSERT ON trial_change
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION endpoint_seal_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON trial_change EXECUTE FUNCTION endpoint_refuse_truncate();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON trial_version EXECUTE FUNCTION endpoint_refuse_truncate();
"""

_GRANTS = f"""
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APPLICATION_ROLE}') THEN
        REVOKE ALL ON trial_change, trial_version FROM {APPLICATION_ROLE};
        GRANT SELECT ON trial_change, trial_version TO {APPLICATION_ROLE};
        REVOKE TRUNCATE ON ALL TABLES IN SCHEMA public FROM {APPLICATION_ROLE};
    END IF;
END $$;
"""


def install() -> list[RunSQL]:
    """Operations that make functions, seal and grants; forward only."""
    return [RunSQL(text) for text in (_OPEN_CHANGE, _CURRENT, _CONCERNS, _RECORD_VERSION, _SEAL, _GRANTS)]


def watch(table: str) -> RunSQL:
    """An operation that puts one table of the record under the trigger."""
    return RunSQL(
        f"""
        CREATE TRIGGER record_version AFTER INSERT OR UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION endpoint_record_version();
        CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} EXECUTE FUNCTION endpoint_refuse_truncate();
        """
    )
