"""The spine in SQL: opening a Change, recording versions, sealing at commit, and refusing everything else.

`INSTALL` and `watch(table)` are SQL texts for migrations. They run as the owner of the schema. The functions are
SECURITY DEFINER, so that the application's role needs no right to write changes or versions itself.
"""

# Every table of a RecordRow model. A test compares it with the models.
WATCHED_TABLES = (
    "trial_site",
    "trial_participant",
    "trial_eligibilityanswer",
    "trial_waiver",
    "trial_registrationfinding",
    "trial_cycle",
    "trial_dosingperiod",
    "trial_lesion",
    "trial_assessment",
    "trial_lesionreading",
    "trial_adverseevent",
    "trial_hormonelevel",
    "trial_visit",
    "trial_laboratoryresult",
    "trial_bloodpressure",
    "trial_medication",
    "trial_medicalhistory",
    "trial_deviation",
    "trial_offtreatment",
    "trial_followup",
    "trial_death",
    "trial_withdrawal",
    "trial_offstudy",
    "trial_acknowledgement",
    "trial_groupsettings",
    "trial_reopening",
    "trial_query",
    "trial_querymessage",
    "trial_sourceverification",
    "trial_hold",
    "trial_signature",
    "trial_auditreview",
    "trial_delegation",
    "trial_datacut",
    "trial_notdone",
    "trial_training",
    "trial_accessreview",
    "trial_problemreport",
    "trial_expeditedreport",
    "trial_expeditedtable",
    "trial_editionapproval",
    "trial_redaction",
)

APPLICATION_ROLE = "endpoint_app"
# One lock for every writer: numbers without gaps and a single order of changes. Any constant does.
WRITERS_LOCK = 7305105241

# The seal of change `c`: SHA-256 over the previous seal, the header, and the hash of each version in order.
# Verification evaluates this same text itself, so that replacing the installed functions hides nothing.
# The texts of header and version are also what an exported trail carries, so that it can be verified without us.
HEADER_OF_C = """jsonb_build_array(
    c.id, c.person_id, c.role, to_char(c.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), c.act, c.reason,
    c.participant_id, c.site_id, to_jsonb(c.groups), c.version_of_program, c.transaction)::text"""
TEXT_OF_V = "jsonb_build_array(v.id, v.change_id, v.table_name, v.row_id, v.act, v.row)::text"
SEAL_OF_C = f"""sha256(coalesce(c.previous_seal, ''::bytea) || convert_to({HEADER_OF_C}, 'UTF8')
  || coalesce((SELECT string_agg(sha256(convert_to({TEXT_OF_V}, 'UTF8')), ''::bytea ORDER BY v.id)
      FROM trial_version v WHERE v.change_id = c.id), ''::bytea))"""

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC'"

_OPEN = f"""
CREATE FUNCTION endpoint_open_change(person bigint, act text, reason text, participant bigint, site bigint,
        groups text[], program text, OUT number bigint, OUT moment timestamptz) LANGUAGE plpgsql {DEFINER} AS $$
DECLARE last trial_change; role_now text := 'system';
BEGIN
    PERFORM pg_advisory_xact_lock({WRITERS_LOCK});
    IF EXISTS (SELECT FROM trial_change c WHERE c.transaction = pg_current_xact_id()::text::bigint AND c.seal IS NULL)
    THEN RAISE EXCEPTION 'this transaction has an open Change already'; END IF;
    IF person IS NOT NULL THEN
        SELECT p.role INTO STRICT role_now FROM trial_person p WHERE p.id = person;
    END IF;
    SELECT * INTO last FROM trial_change c ORDER BY c.id DESC LIMIT 1;
    number := coalesce(last.id, 0) + 1;
    moment := greatest(clock_timestamp(), last.at);
    INSERT INTO trial_change (id, person_id, role, at, act, reason, participant_id, site_id, groups,
            version_of_program, transaction, previous_seal)
        VALUES (number, person, role_now, moment, act, reason, participant, site,
            groups, program, pg_current_xact_id()::text::bigint, last.seal);
    PERFORM set_config('endpoint.change', number::text, true);
END $$;
"""

_CURRENT = f"""
CREATE FUNCTION endpoint_current_change() RETURNS bigint LANGUAGE plpgsql {DEFINER} AS $$
DECLARE number bigint := nullif(current_setting('endpoint.change', true), '')::bigint; found_one trial_change;
BEGIN
    IF number IS NULL THEN RAISE EXCEPTION 'the record can only be written inside a Change'; END IF;
    SELECT * INTO found_one FROM trial_change c WHERE c.id = number;
    IF found_one.id IS NULL OR found_one.transaction <> pg_current_xact_id()::text::bigint THEN
        RAISE EXCEPTION 'Change % does not belong to this transaction', number; END IF;
    IF found_one.seal IS NOT NULL THEN RAISE EXCEPTION 'Change % is sealed', number; END IF;
    RETURN number;
END $$;
CREATE FUNCTION endpoint_change_concerns(of_participant bigint, at_site bigint, more_groups text[]) RETURNS void
LANGUAGE plpgsql {DEFINER} AS $$
DECLARE number bigint := endpoint_current_change();
BEGIN
    UPDATE trial_change c SET participant_id = coalesce(c.participant_id, of_participant),
        site_id = coalesce(c.site_id, at_site),
        groups = (SELECT coalesce(array_agg(DISTINCT g ORDER BY g), '{{}}')
            FROM unnest(c.groups::text[] || more_groups) g)
        WHERE c.id = number;
END $$;
"""

_RECORD = f"""
CREATE FUNCTION endpoint_record_version() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
DECLARE number bigint := endpoint_current_change(); row_now jsonb := to_jsonb(NEW);
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.id <> OLD.id THEN RAISE EXCEPTION 'a row of % keeps its id for ever', TG_TABLE_NAME; END IF;
        IF row_now = to_jsonb(OLD) THEN RETURN NULL; END IF;
    END IF;
    INSERT INTO trial_version (change_id, table_name, row_id, act, row)
        VALUES (number, TG_TABLE_NAME, NEW.id, lower(TG_OP), row_now);
    RETURN NULL;
END $$;
CREATE FUNCTION endpoint_seal_change() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
    UPDATE trial_change c SET seal = {SEAL_OF_C} WHERE c.id = NEW.id AND c.seal IS NULL;
    RETURN NULL;
END $$;
"""

_REFUSE = """
CREATE FUNCTION endpoint_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: the record is never emptied; strike out with a reason instead',
        TG_OP, TG_TABLE_NAME;
END $$;
CREATE FUNCTION endpoint_refuse_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.seal IS NOT NULL OR NEW.id <> OLD.id THEN RAISE EXCEPTION 'Change % is sealed', OLD.id; END IF;
    RETURN NEW;
END $$;
"""

_GUARD_OWN_TABLES = """
CREATE CONSTRAINT TRIGGER endpoint_seal AFTER INSERT ON trial_change DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION endpoint_seal_change();
CREATE TRIGGER endpoint_keep_sealed BEFORE UPDATE ON trial_change
    FOR EACH ROW EXECUTE FUNCTION endpoint_refuse_sealed();
CREATE TRIGGER endpoint_keep BEFORE DELETE ON trial_change FOR EACH ROW EXECUTE FUNCTION endpoint_refuse();
CREATE TRIGGER endpoint_keep BEFORE UPDATE OR DELETE ON trial_version FOR EACH ROW EXECUTE FUNCTION endpoint_refuse();
CREATE TRIGGER endpoint_keep_all BEFORE TRUNCATE ON trial_change EXECUTE FUNCTION endpoint_refuse();
CREATE TRIGGER endpoint_keep_all BEFORE TRUNCATE ON trial_version EXECUTE FUNCTION endpoint_refuse();
"""

_FUNCTIONS = (
    "endpoint_open_change(bigint, text, text, bigint, bigint, text[], text)",
    "endpoint_current_change()",
    "endpoint_change_concerns(bigint, bigint, text[])",
)


def _as_application(statements: str) -> str:
    """SQL run only where the application has a role of its own."""
    return f"""DO $do$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APPLICATION_ROLE}') THEN
    {statements} END IF; END $do$;"""


def _grants() -> str:
    functions = ", ".join(_FUNCTIONS)
    return f"REVOKE ALL ON FUNCTION {functions} FROM PUBLIC;" + _as_application(f"""
    REVOKE ALL ON trial_change, trial_version FROM {APPLICATION_ROLE};
    GRANT SELECT ON trial_change, trial_version TO {APPLICATION_ROLE};
    GRANT EXECUTE ON FUNCTION {functions} TO {APPLICATION_ROLE};""")


INSTALL = _OPEN + _CURRENT + _RECORD + _REFUSE + _GUARD_OWN_TABLES + _grants()

UNINSTALL = """
DROP FUNCTION endpoint_open_change(bigint, text, text, bigint, bigint, text[], text), endpoint_current_change(),
    endpoint_change_concerns(bigint, bigint, text[]), endpoint_record_version(), endpoint_seal_change(),
    endpoint_refuse(), endpoint_refuse_sealed() CASCADE;
"""


def watch(table: str) -> str:
    """SQL that puts a clinical table under the spine: versions, no DELETE, no TRUNCATE. Run after `INSTALL`."""
    return f"""
CREATE TRIGGER endpoint_record AFTER INSERT OR UPDATE ON {table}
    FOR EACH ROW EXECUTE FUNCTION endpoint_record_version();
CREATE TRIGGER endpoint_keep BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION endpoint_refuse();
CREATE TRIGGER endpoint_keep_all BEFORE TRUNCATE ON {table} EXECUTE FUNCTION endpoint_refuse();
""" + _as_application(f"""
    REVOKE ALL ON {table} FROM {APPLICATION_ROLE}; GRANT SELECT, INSERT, UPDATE ON {table} TO {APPLICATION_ROLE};""")


def unwatch(table: str) -> str:
    """SQL that undoes `watch`, for reverse migrations on a database without a record."""
    return "".join(
        f"DROP TRIGGER {name} ON {table};" for name in ("endpoint_record", "endpoint_keep", "endpoint_keep_all")
    )
