-- Versions: every row of the record as each Change left it.

-- Whether an update only sets the values that the newest version of the row has already: endpoint_black_out writes the
-- version first and the row after it.
CREATE OR REPLACE FUNCTION endpoint_only_blacked_out(of_table text, before jsonb, after jsonb) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
    SELECT NOT EXISTS (SELECT FROM jsonb_each(after) n WHERE before->n.key IS DISTINCT FROM n.value
        AND newest.row->n.key IS DISTINCT FROM n.value)
    FROM (SELECT v.row FROM trial_version v WHERE v.table_name = of_table AND v.row_id = (after->>'id')::bigint
        ORDER BY v.change_id DESC, v.id DESC LIMIT 1) newest $$;

-- Trigger of every table of the record: asks the holds in force, then writes the version.
CREATE OR REPLACE FUNCTION endpoint_record_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE number bigint := endpoint_current_change(); row_now jsonb := to_jsonb(NEW);
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.id <> OLD.id THEN RAISE EXCEPTION 'a row of % keeps its id for ever', TG_TABLE_NAME; END IF;
        IF row_now = to_jsonb(OLD) THEN RETURN NULL; END IF;
        -- What `endpoint_black_out` took out stands so in the newest version already: no new one, and no hold is asked.
        IF strpos(row_now::text, '{{mark}}') > 0 AND endpoint_only_blacked_out(TG_TABLE_NAME, to_jsonb(OLD), row_now)
        THEN RETURN NULL; END IF;
        PERFORM endpoint_refuse_held(TG_TABLE_NAME, to_jsonb(OLD));
    END IF;
    PERFORM endpoint_refuse_held(TG_TABLE_NAME, row_now);
    INSERT INTO trial_version (change_id, table_name, row_id, act, row)
        VALUES (number, TG_TABLE_NAME, NEW.id, lower(TG_OP), row_now);
    RETURN NULL;
END $$;

-- Trigger: a version keeps every column; only endpoint_black_out may take words out of free text, as the redaction of
-- the open Change states it by hash.
CREATE OR REPLACE FUNCTION endpoint_keep_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE stack text;
BEGIN
    GET DIAGNOSTICS stack = PG_CONTEXT;
    IF TG_OP = 'UPDATE' AND stack LIKE '%function endpoint_black_out(bigint)%'
        AND to_jsonb(NEW) - 'row' = to_jsonb(OLD) - 'row'
        AND EXISTS (SELECT FROM trial_redaction r CROSS JOIN LATERAL jsonb_array_elements(r.versions) e
            WHERE r.decided_in = endpoint_current_change() AND r.state = 'done' AND (e->>'version')::bigint = OLD.id
            AND e->>'before' = {{hex_of_old}} AND e->>'after' = {{hex_of_new}})
        AND NOT EXISTS (SELECT FROM jsonb_each(OLD.row || NEW.row) n WHERE OLD.row->n.key IS DISTINCT FROM n.value
            AND (strpos(n.value #>> '{}', '{{mark}}') = 0 OR NOT EXISTS (SELECT FROM endpoint_free_text() f
                WHERE f.of_table = OLD.table_name AND f.field = n.key)))
    THEN RETURN NEW; END IF;
    RAISE EXCEPTION '% of % is refused: the record is never emptied; strike out with a reason instead',
        TG_OP, TG_TABLE_NAME;
END $$;
