-- The analysis group of a participant follows from tumor type and histology, by the groups that the protocol declares.
CREATE OR REPLACE FUNCTION endpoint_group_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW."group" IS DISTINCT FROM (CASE {{group_rule}} ELSE '' END) THEN
        RAISE EXCEPTION 'the group of a participant follows from tumor type and histology, and is not written';
    END IF;
    RETURN NEW;
END $$;
