-- The chain of Changes: opening one, naming what it concerns, sealing it at commit, and refusing everything else.
-- {{name}} stands for a value that trial/audit/install.py fills in.

-- Opens the Change of this transaction: gives it the next number, a time not before the newest one, and the seal before
-- it. One lock for every writer: numbers without gaps and a single order of Changes.
CREATE OR REPLACE FUNCTION endpoint_open_change(person bigint, act text, reason text, participant bigint, site bigint,
        groups text[], program text, OUT number bigint, OUT moment timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE last trial_change; role_now text := 'system'; read timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock({{writers_lock}});
    IF EXISTS (SELECT FROM trial_change c WHERE c.transaction = pg_current_xact_id()::text::bigint AND c.seal IS NULL)
    THEN RAISE EXCEPTION 'this transaction has an open Change already'; END IF;
    IF person IS NOT NULL THEN
        SELECT p.role INTO STRICT role_now FROM trial_person p WHERE p.id = person;
    END IF;
    SELECT * INTO last FROM trial_change c ORDER BY c.id DESC LIMIT 1;
    number := coalesce(last.id, 0) + 1;
    -- The time of a Change keeps the order; what the clock said is kept beside it, and tells of a clock set back.
    read := clock_timestamp();
    moment := greatest(read, last.at);
    INSERT INTO trial_change (id, person_id, role, at, act, reason, participant_id, site_id, groups,
            version_of_program, transaction, previous_seal, clock)
        VALUES (number, person, role_now, moment, act, reason, participant, site,
            groups, program, pg_current_xact_id()::text::bigint, last.seal, read);
    PERFORM set_config('endpoint.change', number::text, true);
END $$;
REVOKE ALL ON FUNCTION endpoint_open_change(bigint, text, text, bigint, bigint, text[], text) FROM PUBLIC;

-- The number of this transaction's Change. Refuses without one, with another transaction's, and after the seal.
CREATE OR REPLACE FUNCTION endpoint_current_change() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE number bigint := nullif(current_setting('endpoint.change', true), '')::bigint; found_one trial_change;
BEGIN
    IF number IS NULL THEN RAISE EXCEPTION 'the record can only be written inside a Change'; END IF;
    SELECT * INTO found_one FROM trial_change c WHERE c.id = number;
    IF found_one.id IS NULL OR found_one.transaction <> pg_current_xact_id()::text::bigint THEN
        RAISE EXCEPTION 'Change % does not belong to this transaction', number; END IF;
    IF found_one.seal IS NOT NULL THEN RAISE EXCEPTION 'Change % is sealed', number; END IF;
    RETURN number;
END $$;
REVOKE ALL ON FUNCTION endpoint_current_change() FROM PUBLIC;

-- Names the participant and the site of the open Change, where it names none yet, and further groups.
CREATE OR REPLACE FUNCTION endpoint_change_concerns(of_participant bigint, at_site bigint, more_groups text[])
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE number bigint := endpoint_current_change();
BEGIN
    UPDATE trial_change c SET participant_id = coalesce(c.participant_id, of_participant),
        site_id = coalesce(c.site_id, at_site),
        groups = (SELECT coalesce(array_agg(DISTINCT g ORDER BY g), '{}')
            FROM unnest(c.groups::text[] || more_groups) g)
        WHERE c.id = number;
END $$;
REVOKE ALL ON FUNCTION endpoint_change_concerns(bigint, bigint, text[]) FROM PUBLIC;

-- Trigger: seals the Change at commit.
CREATE OR REPLACE FUNCTION endpoint_seal_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
BEGIN
    UPDATE trial_change c SET seal = {{seal_of_c}} WHERE c.id = NEW.id AND c.seal IS NULL;
    RETURN NULL;
END $$;

-- Trigger: refuses the statement, whoever sends it.
CREATE OR REPLACE FUNCTION endpoint_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: the record is never emptied; strike out with a reason instead',
        TG_OP, TG_TABLE_NAME;
END $$;

-- Trigger: a sealed Change keeps every column; only the words that endpoint_black_out takes out of its reason may go.
CREATE OR REPLACE FUNCTION endpoint_refuse_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stack text;
BEGIN
    GET DIAGNOSTICS stack = PG_CONTEXT;
    IF OLD.seal IS NOT NULL AND stack LIKE '%function endpoint_black_out(bigint)%'
        AND to_jsonb(NEW) - 'reason' = to_jsonb(OLD) - 'reason'
        AND strpos(NEW.reason, '{{mark}}') > 0 AND EXISTS (SELECT FROM trial_redaction r
            CROSS JOIN LATERAL jsonb_array_elements(r.changes) e
            WHERE r.decided_in = endpoint_current_change() AND (e->>'change')::bigint = OLD.id)
    THEN RETURN NEW; END IF;
    IF OLD.seal IS NOT NULL OR NEW.id <> OLD.id THEN RAISE EXCEPTION 'Change % is sealed', OLD.id; END IF;
    RETURN NEW;
END $$;
