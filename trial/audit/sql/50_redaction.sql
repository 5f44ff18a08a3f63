-- Redaction: the one function that takes words out of sealed versions, and the order in which two people decide it.
-- What endpoint_black_out does is checked again by the triggers of the tables it writes, so that an owner who writes
-- past it is refused too. The database has the C locale, which knows the letters of ASCII alone: hence "pg_c_utf8".

-- The fields of free text that can be redacted, and how many characters each takes (0: any number); from the models.
CREATE OR REPLACE FUNCTION endpoint_free_text() RETURNS TABLE (of_table text, field text, most int)
LANGUAGE sql IMMUTABLE AS $$ VALUES
    {{free_text}} $$;

-- A pattern for words as whole words, so that "Ann" is not taken out of "announced".
CREATE OR REPLACE FUNCTION endpoint_pattern(words text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT '(?<![[:alnum:]])' || regexp_replace(words COLLATE "pg_c_utf8", '([^[:alnum:][:space:]_])', '\\\1', 'g')
        || '(?![[:alnum:]])' $$;

-- A text without the words, in either case; the mark alone where the result would not fit into the field.
CREATE OR REPLACE FUNCTION endpoint_blacked(value text, pattern text, most int) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN most > 0 AND length(r) > most THEN '{{mark}}' ELSE r END
    FROM regexp_replace(value COLLATE "pg_c_utf8", pattern, '{{mark}}', 'gi') r $$;

-- The same for every text in a JSON value.
CREATE OR REPLACE FUNCTION endpoint_blacked_json(value jsonb, pattern text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN CASE jsonb_typeof(value)
        WHEN 'string' THEN to_jsonb(regexp_replace((value #>> '{}') COLLATE "pg_c_utf8", pattern, '{{mark}}', 'gi'))
        WHEN 'array' THEN (SELECT coalesce(jsonb_agg(endpoint_blacked_json(e, pattern)), '[]')
            FROM jsonb_array_elements(value) e)
        WHEN 'object' THEN (SELECT coalesce(jsonb_object_agg(e.key, endpoint_blacked_json(e.value, pattern)), '{}')
            FROM jsonb_each(value) e)
        ELSE value END;
END $$;

-- The words that a request names, read where they stand. Refuses what is no whole words of free text.
CREATE OR REPLACE FUNCTION endpoint_words_asked(asked trial_redaction) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE source text; words text;
BEGIN
    IF EXISTS (SELECT FROM trial_redaction d CROSS JOIN LATERAL jsonb_array_elements(
            CASE asked.field WHEN '' THEN d.changes ELSE d.versions END) e
        WHERE d.state = 'done' AND d.decided_at > asked.asked_at AND coalesce(e->>'version', e->>'change')::bigint
            = CASE asked.field WHEN '' THEN asked.of_change ELSE asked.of_version END)
    THEN RAISE EXCEPTION 'this text was redacted after the request: refuse it, and request what is left';
    END IF;
    IF asked.field = '' THEN
        SELECT c.reason INTO source FROM trial_change c
            WHERE c.id = asked.of_change AND c.participant_id = asked.participant_id;
    ELSE
        SELECT v.row->>asked.field INTO source FROM trial_version v JOIN trial_change c ON c.id = v.change_id
            JOIN endpoint_free_text() f ON f.of_table = v.table_name AND f.field = asked.field
            WHERE v.id = asked.of_version AND c.id = asked.of_change AND c.participant_id = asked.participant_id;
    END IF;
    words := btrim(substr(source, asked.from_letter, asked.letters));
    IF words IS NULL OR length(words) < {{least_letters}} OR words COLLATE "pg_c_utf8" !~ '[[:alnum:]]'
        OR '{{mark}}' ~* endpoint_pattern(words) COLLATE "pg_c_utf8"
        OR NOT source ~* endpoint_pattern(words) COLLATE "pg_c_utf8"
    THEN RAISE EXCEPTION 'no whole words of at least {{least_letters}} characters stand there'; END IF;
    RETURN words;
END $$;
REVOKE ALL ON FUNCTION endpoint_words_asked(trial_redaction) FROM PUBLIC;

-- Everywhere the words stand in the participant's record and in texts of no participant; is_free: they can go. The
-- reason of a request or decision about a redaction stays: it is compared with the words before it is written.
CREATE OR REPLACE FUNCTION endpoint_places_of(of_participant bigint, pattern text)
RETURNS TABLE (version bigint, in_change bigint, of_table text, of_row bigint, field text, is_free boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
    SELECT v.id, c.id, v.table_name::text, v.row_id, said.key, f.field IS NOT NULL
    FROM trial_change c JOIN trial_version v ON v.change_id = c.id CROSS JOIN LATERAL jsonb_each(v.row) said
    LEFT JOIN endpoint_free_text() f ON f.of_table = v.table_name AND f.field = said.key
    WHERE (c.participant_id = of_participant OR c.participant_id IS NULL)
        AND jsonb_typeof(said.value) = 'string' AND said.value #>> '{}' ~* pattern COLLATE "pg_c_utf8"
    UNION ALL
    SELECT NULL, c.id, 'trial_change', c.id, 'reason', NOT EXISTS (SELECT FROM trial_version v
        WHERE v.change_id = c.id AND v.table_name = 'trial_redaction') FROM trial_change c
    WHERE (c.participant_id = of_participant OR c.participant_id IS NULL) AND c.reason ~* pattern COLLATE "pg_c_utf8"
$$;
REVOKE ALL ON FUNCTION endpoint_places_of(bigint, text) FROM PUBLIC;

-- What approving a request would take out, and what would stay.
CREATE OR REPLACE FUNCTION endpoint_black_out_preview(redaction bigint)
RETURNS TABLE (version bigint, in_change bigint, of_table text, of_row bigint, field text, is_free boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
    SELECT p.* FROM trial_redaction r CROSS JOIN LATERAL endpoint_places_of(r.participant_id,
        endpoint_pattern(endpoint_words_asked(r))) p WHERE r.id = redaction AND r.state = 'asked'
    ORDER BY p.in_change, p.version, p.field
$$;
REVOKE ALL ON FUNCTION endpoint_black_out_preview(bigint) FROM PUBLIC;

-- Whether a half-typed form of this path can be about the participant.
CREATE OR REPLACE FUNCTION endpoint_is_typed_for(of_path text, of_participant bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
    SELECT of_path NOT LIKE '%/participants/%' OR EXISTS (SELECT FROM trial_participant p WHERE p.id = of_participant
        AND split_part(split_part(of_path, '/participants/', 2), '/', 1)
            IN (p.number, 'S-' || lpad(p.screening_number::text, 4, '0'))) $$;

-- Approves a request in the chair's open Change: takes the words out of versions, reasons, rows and half-typed forms,
-- and writes into the request which, with the hashes that keep the chain checkable.
CREATE OR REPLACE FUNCTION endpoint_black_out(redaction bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE number bigint := endpoint_current_change(); me trial_change; asked trial_redaction; words text; pattern text;
    found_versions jsonb; found_changes jsonb; one record; drafts int;
BEGIN
    SELECT * INTO me FROM trial_change c WHERE c.id = number;
    SELECT * INTO asked FROM trial_redaction r WHERE r.id = redaction FOR UPDATE;
    IF asked.id IS NULL OR asked.state <> 'asked' THEN RAISE EXCEPTION 'no such redaction awaits a decision'; END IF;
    IF me.person_id IS NULL OR me.person_id = asked.asked_by_id OR me.role <> 'chair' OR me.act <> 'approve'
        OR me.participant_id IS DISTINCT FROM asked.participant_id THEN
        RAISE EXCEPTION 'a redaction is approved by the study chair, who is not the person who asked'; END IF;
    words := endpoint_words_asked(asked);
    pattern := endpoint_pattern(words);
    IF asked.asked_because ~* pattern COLLATE "pg_c_utf8" OR me.reason ~* pattern COLLATE "pg_c_utf8" THEN
        RAISE EXCEPTION 'the reason contains the text to redact'; END IF;

    WITH kept AS MATERIALIZED ({{kept}}),
    hit AS (SELECT p.version, jsonb_object_agg(p.field, endpoint_blacked(w.row->>p.field, pattern, f.most)) AS now,
            jsonb_agg(p.field ORDER BY p.field) AS fields
        FROM endpoint_places_of(asked.participant_id, pattern) p JOIN trial_version w ON w.id = p.version
        JOIN endpoint_free_text() f ON f.of_table = p.of_table AND f.field = p.field GROUP BY 1)
    SELECT coalesce(jsonb_agg(jsonb_build_object('version', v.id, 'table', v.table_name, 'row', v.row_id,
        'fields', hit.fields, 'now', hit.now, 'sealed', coalesce(encode(k.sealed, 'hex'), {{hex_of_v}}),
        'before', {{hex_of_v}}, 'after', {{hex_of_v_after}}) ORDER BY v.id), '[]')
    INTO found_versions FROM hit JOIN trial_version v ON v.id = hit.version {{join_k}};

    WITH kept AS MATERIALIZED ({{kept}})
    SELECT coalesce(jsonb_agg(jsonb_build_object('change', c.id, 'seal', encode(c.seal, 'hex'),
        'header', {{hex_of_header_after}}, 'versions', encode(sha256({{hashes_of_c}}), 'hex')) ORDER BY c.id), '[]')
    INTO found_changes FROM endpoint_places_of(asked.participant_id, pattern) p
    JOIN trial_change c ON c.id = p.in_change WHERE p.version IS NULL AND p.is_free;

    UPDATE trial_draft d SET fields = endpoint_blacked_json(d.fields, pattern)
        WHERE endpoint_is_typed_for(d.path, asked.participant_id)
            AND endpoint_blacked_json(d.fields, pattern) <> d.fields;
    GET DIAGNOSTICS drafts = ROW_COUNT;

    UPDATE trial_redaction r SET state = 'done', decided_by_id = me.person_id, decided_at = me.at,
        decided_because = me.reason, decided_in = number, changes = found_changes, copies = drafts,
        versions = (SELECT coalesce(jsonb_agg(e - 'now'), '[]') FROM jsonb_array_elements(found_versions) e)
        WHERE r.id = redaction;
    UPDATE trial_version v SET row = v.row || (e->'now') FROM jsonb_array_elements(found_versions) e
        WHERE v.id = (e->>'version')::bigint;
    UPDATE trial_change c SET reason = endpoint_blacked(c.reason, pattern, 0)
        FROM jsonb_array_elements(found_changes) e WHERE c.id = (e->>'change')::bigint;
    FOR one IN SELECT f.*, array_agg(DISTINCT (e->>'row')::bigint) AS rows
        FROM jsonb_array_elements(found_versions) e JOIN endpoint_free_text() f
            ON f.of_table = e->>'table' AND e->'fields' ? f.field GROUP BY 1, 2, 3
    LOOP
        EXECUTE format('UPDATE %I SET %I = endpoint_blacked(%I, $1, $2) WHERE id = ANY($3)
            AND %I ~* $1 COLLATE "pg_c_utf8"', one.of_table, one.field, one.field, one.field)
            USING pattern, one.most, one.rows;
    END LOOP;
    IF EXISTS (SELECT FROM endpoint_places_of(asked.participant_id, pattern) p WHERE p.is_free) THEN
        RAISE EXCEPTION 'the text could not be redacted everywhere'; END IF;
END $$;
REVOKE ALL ON FUNCTION endpoint_black_out(bigint) FROM PUBLIC;

-- Trigger of requests: asked for first, then decided once by the chair, who is another person; done only by
-- endpoint_black_out.
CREATE OR REPLACE FUNCTION endpoint_black_out_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stack text; me trial_change; decision text[] := ARRAY['state', 'decided_by_id', 'decided_at',
    'decided_because', 'decided_in', 'versions', 'changes', 'copies'];
BEGIN
    GET DIAGNOSTICS stack = PG_CONTEXT;
    SELECT * INTO me FROM trial_change c WHERE c.id = endpoint_current_change();
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'asked' OR NEW.versions <> '[]' OR NEW.changes <> '[]' OR NEW.copies <> 0
            OR NEW.asked_by_id IS DISTINCT FROM me.person_id OR me.act <> 'black_out'
        THEN RAISE EXCEPTION 'a redaction is asked for first'; END IF;
        IF NEW.asked_because ~* endpoint_pattern(endpoint_words_asked(NEW)) COLLATE "pg_c_utf8"
            OR me.reason <> NEW.asked_because
        THEN RAISE EXCEPTION 'the reason contains the text to redact'; END IF;
        RETURN NEW;
    END IF;
    IF OLD.state <> 'asked' OR to_jsonb(NEW) - decision <> to_jsonb(OLD) - decision
        THEN RAISE EXCEPTION 'a redaction is decided once, as it was asked for'; END IF;
    IF me.person_id IS NULL OR me.role <> 'chair' OR me.act <> 'approve' OR me.person_id = OLD.asked_by_id
        OR NEW.decided_by_id IS DISTINCT FROM me.person_id
        THEN RAISE EXCEPTION 'a redaction is decided by the study chair, who is not the person who asked'; END IF;
    IF NOT (NEW.state = 'refused' AND NEW.versions = '[]' AND NEW.changes = '[]' AND NEW.copies = 0
        OR NEW.state = 'done' AND stack LIKE '%function endpoint_black_out(bigint)%')
        THEN RAISE EXCEPTION 'only endpoint_black_out redacts'; END IF;
    RETURN NEW;
END $$;
