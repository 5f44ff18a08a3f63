-- The access log: a chain of its own, beside that of the Changes.

-- Trigger: gives an entry the next number and seals it to the one before. Numbers without gaps: a deleted entry shows.
CREATE OR REPLACE FUNCTION endpoint_chain_access() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE j trial_journalentry;
BEGIN
    PERFORM pg_advisory_xact_lock({{access_lock}});
    SELECT e.id, e.seal INTO NEW.id, NEW.previous_seal FROM trial_journalentry e ORDER BY e.id DESC LIMIT 1;
    NEW.id := coalesce(NEW.id, 0) + 1;
    j := NEW;
    NEW.seal := {{seal_of_j}};
    RETURN NEW;
END $$;
