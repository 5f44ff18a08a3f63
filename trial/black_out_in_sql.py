"""Blacking out in SQL: the one function that takes words out of sealed versions, and the guards that let nothing else.

`INSTALL` is SQL for a migration and runs as the owner. The application may call `endpoint_black_out(redaction)` and may
still not write a version or a sealed Change. What the function does is checked again by the triggers of the tables it
writes, so that an owner who writes past it is refused, as everywhere in the record.
"""

from typing import Any

from django.db import connection

from trial import free_text, kept_hashes
from trial.holds_in_sql import MARK
from trial.spine import DEFINER, HEADER_OF_C, TEXT_OF_V, _as_application

TABLE = kept_hashes.TABLE
LEAST_LETTERS = 3
# The database is made with the C locale, which knows the letters of ASCII alone.
_LETTERS = '"pg_c_utf8"'
_BY_THE_FUNCTION = "stack LIKE '%function endpoint_black_out(bigint)%'"
_HEX_OF_V = f"encode(sha256(convert_to({TEXT_OF_V}, 'UTF8')), 'hex')"

FIELDS = f"""
CREATE OR REPLACE FUNCTION endpoint_free_text() RETURNS TABLE (of_table text, field text, most int)
LANGUAGE sql IMMUTABLE AS $$ VALUES
    {free_text.in_sql()} $$;
"""


def renew_fields(**_: Any) -> None:
    """After each migrate: the list of fields follows the models, so that no text that came later is forgotten."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regprocedure('endpoint_free_text()') IS NOT NULL")
        if cursor.fetchone()[0]:
            cursor.execute(FIELDS)


# Words are sought whole and in either case, so that "Ann" is not taken out of "announced".
_WORDS = f"""
CREATE FUNCTION endpoint_pattern(words text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT '(?<![[:alnum:]])' || regexp_replace(words COLLATE {_LETTERS}, '([^[:alnum:][:space:]_])', '\\\\\\1', 'g')
        || '(?![[:alnum:]])' $$;
CREATE FUNCTION endpoint_blacked(value text, pattern text, most int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN most > 0 AND length(r) > most THEN '{MARK}' ELSE r END
    FROM regexp_replace(value COLLATE {_LETTERS}, pattern, '{MARK}', 'gi') r $$;
CREATE FUNCTION endpoint_blacked_json(value jsonb, pattern text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN CASE jsonb_typeof(value)
        WHEN 'string' THEN to_jsonb(regexp_replace((value #>> '{{}}') COLLATE {_LETTERS}, pattern, '{MARK}', 'gi'))
        WHEN 'array' THEN (SELECT coalesce(jsonb_agg(endpoint_blacked_json(e, pattern)), '[]')
            FROM jsonb_array_elements(value) e)
        WHEN 'object' THEN (SELECT coalesce(jsonb_object_agg(e.key, endpoint_blacked_json(e.value, pattern)), '{{}}')
            FROM jsonb_each(value) e)
        ELSE value END;
END $$;
CREATE FUNCTION endpoint_words_asked(asked {TABLE}) RETURNS text LANGUAGE plpgsql STABLE {DEFINER} AS $$
DECLARE source text; words text;
BEGIN
    IF EXISTS (SELECT FROM {TABLE} d CROSS JOIN LATERAL jsonb_array_elements(
            CASE asked.field WHEN '' THEN d.changes ELSE d.versions END) e
        WHERE d.state = 'done' AND d.decided_at > asked.asked_at AND coalesce(e->>'version', e->>'change')::bigint
            = CASE asked.field WHEN '' THEN asked.of_change ELSE asked.of_version END)
    THEN RAISE EXCEPTION 'this text was blacked out since it was asked for: refuse, and ask anew for what is left';
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
    IF words IS NULL OR length(words) < {LEAST_LETTERS} OR words COLLATE {_LETTERS} !~ '[[:alnum:]]'
        OR '{MARK}' ~* endpoint_pattern(words) COLLATE {_LETTERS}
        OR NOT source ~* endpoint_pattern(words) COLLATE {_LETTERS}
    THEN RAISE EXCEPTION 'no whole words of at least {LEAST_LETTERS} characters stand there'; END IF;
    RETURN words;
END $$;
"""

# Everywhere the words stand in the participant's record and in texts of no participant; `is_free`: they can go. The
# reason of a black-out stays: it is compared with the words before it is written.
_PLACES = f"""
CREATE FUNCTION endpoint_places_of(of_participant bigint, pattern text)
RETURNS TABLE (version bigint, in_change bigint, of_table text, of_row bigint, field text, is_free boolean)
LANGUAGE sql STABLE {DEFINER} AS $$
    SELECT v.id, c.id, v.table_name::text, v.row_id, said.key, f.field IS NOT NULL
    FROM trial_change c JOIN trial_version v ON v.change_id = c.id CROSS JOIN LATERAL jsonb_each(v.row) said
    LEFT JOIN endpoint_free_text() f ON f.of_table = v.table_name AND f.field = said.key
    WHERE (c.participant_id = of_participant OR c.participant_id IS NULL)
        AND jsonb_typeof(said.value) = 'string' AND said.value #>> '{{}}' ~* pattern COLLATE {_LETTERS}
    UNION ALL
    SELECT NULL, c.id, 'trial_change', c.id, 'reason', c.act <> 'black_out' FROM trial_change c
    WHERE (c.participant_id = of_participant OR c.participant_id IS NULL) AND c.reason ~* pattern COLLATE {_LETTERS}
$$;
CREATE FUNCTION endpoint_black_out_preview(redaction bigint)
RETURNS TABLE (version bigint, in_change bigint, of_table text, of_row bigint, field text, is_free boolean)
LANGUAGE sql STABLE {DEFINER} AS $$
    SELECT p.* FROM {TABLE} r CROSS JOIN LATERAL endpoint_places_of(r.participant_id,
        endpoint_pattern(endpoint_words_asked(r))) p WHERE r.id = redaction AND r.state = 'asked'
    ORDER BY p.in_change, p.version, p.field
$$;
"""

_BLACK_OUT = f"""
CREATE FUNCTION endpoint_black_out(redaction bigint) RETURNS void LANGUAGE plpgsql {DEFINER} AS $$
DECLARE number bigint := endpoint_current_change(); me trial_change; asked {TABLE}; words text; pattern text;
    found_versions jsonb; found_changes jsonb; one record; drafts int; forms int;
BEGIN
    SELECT * INTO me FROM trial_change c WHERE c.id = number;
    SELECT * INTO asked FROM {TABLE} r WHERE r.id = redaction FOR UPDATE;
    IF asked.id IS NULL OR asked.state <> 'asked' THEN RAISE EXCEPTION 'no such black-out waits'; END IF;
    IF me.person_id IS NULL OR me.person_id = asked.asked_by_id OR me.role <> 'chair' OR me.act <> 'black_out'
        OR me.participant_id IS DISTINCT FROM asked.participant_id THEN
        RAISE EXCEPTION 'a black-out is approved by the study chair, who is not the person who asked'; END IF;
    words := endpoint_words_asked(asked);
    pattern := endpoint_pattern(words);
    IF asked.asked_because ~* pattern COLLATE {_LETTERS} OR me.reason ~* pattern COLLATE {_LETTERS} THEN
        RAISE EXCEPTION 'the reason repeats the words that are to go'; END IF;

    WITH kept AS MATERIALIZED ({kept_hashes.KEPT}),
    hit AS (SELECT p.version, jsonb_object_agg(p.field, endpoint_blacked(w.row->>p.field, pattern, f.most)) AS now,
            jsonb_agg(p.field ORDER BY p.field) AS fields
        FROM endpoint_places_of(asked.participant_id, pattern) p JOIN trial_version w ON w.id = p.version
        JOIN endpoint_free_text() f ON f.of_table = p.of_table AND f.field = p.field GROUP BY 1)
    SELECT coalesce(jsonb_agg(jsonb_build_object('version', v.id, 'table', v.table_name, 'row', v.row_id,
        'fields', hit.fields, 'now', hit.now, 'sealed', coalesce(encode(k.sealed, 'hex'), {_HEX_OF_V}),
        'before', {_HEX_OF_V}, 'after', {_HEX_OF_V.replace("v.row)", "v.row || hit.now)")}) ORDER BY v.id), '[]')
    INTO found_versions FROM hit JOIN trial_version v ON v.id = hit.version {kept_hashes.JOIN_K};

    WITH kept AS MATERIALIZED ({kept_hashes.KEPT})
    SELECT coalesce(jsonb_agg(jsonb_build_object('change', c.id, 'seal', encode(c.seal, 'hex'),
        'header', encode(sha256(convert_to({HEADER_OF_C.replace("c.reason", "endpoint_blacked(c.reason, pattern, 0)")},
            'UTF8')), 'hex'), 'versions', encode(sha256({kept_hashes.HASHES_OF_C}), 'hex')) ORDER BY c.id), '[]')
    INTO found_changes FROM endpoint_places_of(asked.participant_id, pattern) p
    JOIN trial_change c ON c.id = p.in_change WHERE p.version IS NULL AND p.is_free;

    UPDATE trial_draft d SET fields = endpoint_blacked_json(d.fields, pattern)
        WHERE endpoint_is_typed_for(d.path, asked.participant_id)
            AND endpoint_blacked_json(d.fields, pattern) <> d.fields;
    GET DIAGNOSTICS drafts = ROW_COUNT;
    UPDATE trial_keptform d SET fields = endpoint_blacked_json(d.fields, pattern)
        WHERE endpoint_is_typed_for(d.path, asked.participant_id)
            AND endpoint_blacked_json(d.fields, pattern) <> d.fields;
    GET DIAGNOSTICS forms = ROW_COUNT;

    UPDATE {TABLE} r SET state = 'done', decided_by_id = me.person_id, decided_at = me.at,
        decided_because = me.reason, decided_in = number, changes = found_changes, copies = drafts + forms,
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
            AND %I ~* $1 COLLATE {_LETTERS}', one.of_table, one.field, one.field, one.field)
            USING pattern, one.most, one.rows;
    END LOOP;
    IF EXISTS (SELECT FROM endpoint_places_of(asked.participant_id, pattern) p WHERE p.is_free) THEN
        RAISE EXCEPTION 'the words could not be blacked out everywhere'; END IF;
END $$;
CREATE FUNCTION endpoint_is_typed_for(of_path text, of_participant bigint) RETURNS boolean
LANGUAGE sql STABLE {DEFINER} AS $$
    SELECT of_path NOT LIKE '%/participants/%' OR EXISTS (SELECT FROM trial_participant p WHERE p.id = of_participant
        AND split_part(split_part(of_path, '/participants/', 2), '/', 1)
            IN (p.number, 'S-' || lpad(p.screening_number::text, 4, '0'))) $$;
"""

_GUARDS = f"""
CREATE FUNCTION endpoint_only_blacked_out(of_table text, before jsonb, after jsonb) RETURNS boolean
LANGUAGE sql STABLE {DEFINER} AS $$
    SELECT NOT EXISTS (SELECT FROM jsonb_each(after) n WHERE before->n.key IS DISTINCT FROM n.value
        AND newest.row->n.key IS DISTINCT FROM n.value)
    FROM (SELECT v.row FROM trial_version v WHERE v.table_name = of_table AND v.row_id = (after->>'id')::bigint
        ORDER BY v.change_id DESC, v.id DESC LIMIT 1) newest $$;
CREATE FUNCTION endpoint_keep_version() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
DECLARE stack text;
BEGIN
    GET DIAGNOSTICS stack = PG_CONTEXT;
    IF TG_OP = 'UPDATE' AND {_BY_THE_FUNCTION} AND to_jsonb(NEW) - 'row' = to_jsonb(OLD) - 'row'
        AND EXISTS (SELECT FROM {TABLE} r CROSS JOIN LATERAL jsonb_array_elements(r.versions) e
            WHERE r.decided_in = endpoint_current_change() AND r.state = 'done' AND (e->>'version')::bigint = OLD.id
            AND e->>'before' = {_HEX_OF_V.replace("v.", "OLD.")} AND e->>'after' = {_HEX_OF_V.replace("v.", "NEW.")})
        AND NOT EXISTS (SELECT FROM jsonb_each(OLD.row || NEW.row) n WHERE OLD.row->n.key IS DISTINCT FROM n.value
            AND (strpos(n.value #>> '{{}}', '{MARK}') = 0 OR NOT EXISTS (SELECT FROM endpoint_free_text() f
                WHERE f.of_table = OLD.table_name AND f.field = n.key)))
    THEN RETURN NEW; END IF;
    RAISE EXCEPTION '% of % is refused: the record is never emptied; strike out with a reason instead',
        TG_OP, TG_TABLE_NAME;
END $$;
CREATE OR REPLACE FUNCTION endpoint_refuse_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stack text;
BEGIN
    GET DIAGNOSTICS stack = PG_CONTEXT;
    IF OLD.seal IS NOT NULL AND {_BY_THE_FUNCTION} AND to_jsonb(NEW) - 'reason' = to_jsonb(OLD) - 'reason'
        AND strpos(NEW.reason, '{MARK}') > 0 AND EXISTS (SELECT FROM {TABLE} r
            CROSS JOIN LATERAL jsonb_array_elements(r.changes) e
            WHERE r.decided_in = endpoint_current_change() AND (e->>'change')::bigint = OLD.id)
    THEN RETURN NEW; END IF;
    IF OLD.seal IS NOT NULL OR NEW.id <> OLD.id THEN RAISE EXCEPTION 'Change % is sealed', OLD.id; END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION endpoint_black_out_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stack text; me trial_change; decision text[] := ARRAY['state', 'decided_by_id', 'decided_at',
    'decided_because', 'decided_in', 'versions', 'changes', 'copies'];
BEGIN
    GET DIAGNOSTICS stack = PG_CONTEXT;
    SELECT * INTO me FROM trial_change c WHERE c.id = endpoint_current_change();
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'asked' OR NEW.versions <> '[]' OR NEW.changes <> '[]' OR NEW.copies <> 0
            OR NEW.asked_by_id IS DISTINCT FROM me.person_id OR me.act <> 'black_out'
        THEN RAISE EXCEPTION 'a black-out is asked for first'; END IF;
        IF NEW.asked_because ~* endpoint_pattern(endpoint_words_asked(NEW)) COLLATE {_LETTERS}
            OR me.reason <> NEW.asked_because
        THEN RAISE EXCEPTION 'the reason repeats the words that are to go'; END IF;
        RETURN NEW;
    END IF;
    IF OLD.state <> 'asked' OR to_jsonb(NEW) - decision <> to_jsonb(OLD) - decision
        THEN RAISE EXCEPTION 'a black-out is decided once, as it was asked for'; END IF;
    IF me.person_id IS NULL OR me.role <> 'chair' OR me.act <> 'black_out' OR me.person_id = OLD.asked_by_id
        OR NEW.decided_by_id IS DISTINCT FROM me.person_id
        THEN RAISE EXCEPTION 'a black-out is decided by the study chair, who is not the person who asked'; END IF;
    IF NOT (NEW.state = 'refused' AND NEW.versions = '[]' AND NEW.changes = '[]' AND NEW.copies = 0
        OR NEW.state = 'done' AND {_BY_THE_FUNCTION})
        THEN RAISE EXCEPTION 'only endpoint_black_out blacks out'; END IF;
    RETURN NEW;
END $$;
"""

_TRIGGERS = f"""
DROP TRIGGER endpoint_keep ON trial_version;
CREATE TRIGGER endpoint_keep BEFORE UPDATE OR DELETE ON trial_version
    FOR EACH ROW EXECUTE FUNCTION endpoint_keep_version();
CREATE TRIGGER endpoint_in_order BEFORE INSERT OR UPDATE ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION endpoint_black_out_in_order();
"""

_CALLED = "endpoint_black_out(bigint), endpoint_black_out_preview(bigint), endpoint_words_asked(trial_redaction)"
_GRANTS = f"""REVOKE ALL ON FUNCTION {_CALLED}, endpoint_places_of(bigint, text) FROM PUBLIC;""" + _as_application(
    f"GRANT EXECUTE ON FUNCTION {_CALLED} TO endpoint_app;"
)

INSTALL = FIELDS + _WORDS + _PLACES + _GUARDS + _TRIGGERS + _BLACK_OUT + _GRANTS
# For a database that had the functions before they were worded anew.
RENEW = (_WORDS + _PLACES + _GUARDS + _BLACK_OUT).replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION") + FIELDS
