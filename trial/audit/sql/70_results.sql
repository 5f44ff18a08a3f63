-- Results that a data cut names are evidence: they stay as they were computed.

-- Trigger of the stored results (no argument) and of the outcomes behind them (argument: the table of the results).
CREATE OR REPLACE FUNCTION endpoint_keep_result() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE stored jsonb := to_jsonb(OLD); may_move text[] := '{holds_to,computed_at,seconds_behind,has_outcomes}';
BEGIN
    IF TG_NARGS > 0 THEN
        EXECUTE format('SELECT to_jsonb(r) FROM %I r WHERE r.id = $1', TG_ARGV[0]) INTO stored USING OLD.result_id;
    ELSIF TG_OP = 'UPDATE' AND to_jsonb(NEW) - may_move = to_jsonb(OLD) - may_move
        AND (NEW.has_outcomes OR NOT OLD.has_outcomes) THEN RETURN NEW;
    END IF;
    IF (stored->>'has_outcomes')::boolean AND EXISTS (SELECT FROM trial_datacut d
        WHERE d.engine = stored->>'engine' AND d.settings_versions->>(stored->>'group') = stored->>'settings_version'
        AND d.cutoff IS NOT DISTINCT FROM (stored->>'cutoff')::date
        AND (SELECT max(c.id) FROM trial_change c WHERE c.id <= d.as_of_change
            AND c.groups @> ARRAY[(stored->>'group')::varchar])
            IN ((stored->>'change')::bigint, (stored->>'holds_to')::bigint))
    THEN RAISE EXCEPTION '% of % is refused: a data cut names this result', TG_OP, TG_TABLE_NAME; END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
