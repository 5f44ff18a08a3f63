-- Freezes and locks: every write of the record is compared with the holds in force, whoever makes it.

-- The tables of the record, one row each, as the models declare them (trial/models/record.py).
-- held_by: kinds of hold that stop a write. forms: value of form_column ('' without one) -> form of the casebook.
-- above_column, above_table: the foreign key to the row whose entry a row belongs to. entered_with: the rows belong to
-- the participant's entry of this form, which stands in above_table.
CREATE OR REPLACE FUNCTION endpoint_tables() RETURNS TABLE (of_table text, held_by text[], form_column text, forms jsonb,
    above_column text, above_table text, entered_with text)
LANGUAGE sql IMMUTABLE AS $$ VALUES
    {{tables}} $$;

-- Where a row (or a version of it) stands: participant, form of the casebook, and id of the entry of that form.
CREATE OR REPLACE FUNCTION endpoint_place_of(of_table text, r jsonb, OUT participant bigint, OUT form text,
    OUT entry bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE known record; above jsonb;
BEGIN
    SELECT * INTO known FROM endpoint_tables() t WHERE t.of_table = endpoint_place_of.of_table;
    participant := (r->>'participant_id')::bigint;
    entry := (r->>'id')::bigint;
    form := known.forms->>coalesce(r->>known.form_column, '');
    IF of_table = 'trial_participant' THEN participant := entry;
    ELSIF known.above_column <> '' THEN
        EXECUTE format('SELECT to_jsonb(a) FROM %I a WHERE a.id = $1', known.above_table)
            INTO above USING (r->>known.above_column)::bigint;
        SELECT p.* INTO participant, form, entry FROM endpoint_place_of(known.above_table, above) p;
    ELSIF known.entered_with <> '' THEN
        form := known.entered_with;
        EXECUTE format('SELECT a.id FROM %1$I a WHERE a.participant_id = $1
            AND (endpoint_place_of(%1$L, to_jsonb(a))).form = $2 ORDER BY a.struck_out_reason <> %2$L, a.id DESC LIMIT 1',
            known.above_table, '') INTO entry USING participant, form;
    ELSIF r ? 'form' AND r ? 'row_id' THEN form := r->>'form'; entry := (r->>'row_id')::bigint;
    END IF;
END $$;

-- Refuses a row that a freeze or a lock in force covers. A table that endpoint_tables does not know is stopped by both.
CREATE OR REPLACE FUNCTION endpoint_refuse_held(of_table text, r jsonb) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE place record; at_site bigint; held trial_hold; kinds text[];
BEGIN
    IF NOT EXISTS (SELECT FROM trial_hold h WHERE h.state IN ('in_force', 'lift_asked')) THEN RETURN; END IF;
    kinds := coalesce((SELECT t.held_by FROM endpoint_tables() t WHERE t.of_table = endpoint_refuse_held.of_table),
        '{freeze,lock}');
    SELECT * INTO place FROM endpoint_place_of(of_table, r);
    IF place.participant IS NULL THEN RETURN; END IF;
    at_site := CASE of_table WHEN 'trial_participant' THEN (r->>'site_id')::bigint
        ELSE (SELECT p.site_id FROM trial_participant p WHERE p.id = place.participant) END;
    SELECT * INTO held FROM trial_hold h WHERE h.state IN ('in_force', 'lift_asked') AND h.kind = ANY (kinds)
        AND (h.scope = 'study' OR (h.scope = 'site' AND h.site_id = at_site)
            OR (h.participant_id = place.participant AND (h.scope = 'participant'
                OR (h.form = place.form AND (h.row_id IS NULL OR h.row_id = place.entry)))))
        ORDER BY h.kind DESC, h.id LIMIT 1;
    IF FOUND THEN RAISE EXCEPTION USING ERRCODE = '{{held}}', MESSAGE = format('The %s is %s: nothing was saved.',
        held.scope, CASE held.kind WHEN 'lock' THEN 'locked' ELSE 'frozen' END); END IF;
END $$;

-- Trigger: whoever is newly named in the columns given as arguments must be the person of the Change.
CREATE OR REPLACE FUNCTION endpoint_own_hand() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE named text; now_row jsonb := to_jsonb(NEW); old_row jsonb := '{}'; me text;
BEGIN
    IF TG_OP = 'UPDATE' THEN old_row := to_jsonb(OLD); END IF;
    SELECT c.person_id::text INTO me FROM trial_change c WHERE c.id = endpoint_current_change();
    FOREACH named IN ARRAY TG_ARGV LOOP
        IF now_row->>named IS NOT NULL AND now_row->>named IS DISTINCT FROM old_row->>named
                AND now_row->>named IS DISTINCT FROM me THEN
            RAISE EXCEPTION 'nobody acts in the name of another person (% of %)', named, TG_TABLE_NAME; END IF;
    END LOOP;
    RETURN NEW;
END $$;
