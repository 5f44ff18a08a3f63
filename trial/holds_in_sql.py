"""Freezes and locks in SQL: every write of the record is compared with the holds in force, whoever makes it.

`INSTALL` replaces the spine's recording trigger function by one that first asks `endpoint_refuse_held`. So no way of
writing (service, import, raw SQL of the application, the owner) passes a hold, and no table can be forgotten.
"""

from trial.spine import DEFINER

MARK = "[blacked out]"

# The form of the casebook that a table's rows are entries of; tables with rows below an entry are spelled out below.
FORM_OF_TABLE = {
    "trial_cycle": "cycle",
    "trial_visit": "visit",
    "trial_bloodpressure": "blood_pressure",
    "trial_adverseevent": "adverse_event",
    "trial_hormonelevel": "hormone",
    "trial_medication": "medication",
    "trial_medicalhistory": "history",
    "trial_deviation": "deviation",
    "trial_offtreatment": "off_treatment",
    "trial_followup": "follow_up",
    "trial_death": "death",
    "trial_withdrawal": "withdrawal",
    "trial_offstudy": "off_study",
}
# Not entries of the site: a freeze lets them be written, a lock does not.
CONDUCT_TABLES = (
    "trial_query", "trial_querymessage", "trial_sourceverification", "trial_signature", "trial_expeditedreport",
)  # fmt: skip
# What must stay possible under a lock: asking to lift it, reading the trail, taking identifying words out.
ALWAYS_WRITABLE = ("trial_hold", "trial_auditreview", "trial_redaction")
HELD = "EP001"
IN_FORCE = "('in_force', 'lift_asked')"


def _listed(names: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"'{name}'" for name in names) + ")"


_FORMS = "\n".join(f"        WHEN '{table}' THEN '{form}'" for table, form in FORM_OF_TABLE.items())

_PLACE = f"""
CREATE FUNCTION endpoint_place_of(of_table text, r jsonb, OUT participant bigint, OUT form text, OUT entry bigint)
LANGUAGE plpgsql STABLE {DEFINER} AS $$
BEGIN
    participant := (r->>'participant_id')::bigint;
    form := CASE of_table
{_FORMS} END;
    entry := (r->>'id')::bigint;
    IF of_table = 'trial_participant' THEN participant := entry; form := 'registration';
    ELSIF of_table IN ('trial_eligibilityanswer', 'trial_waiver', 'trial_registrationfinding') THEN
        form := 'registration'; entry := participant;
    ELSIF of_table = 'trial_assessment' THEN
        form := CASE r->>'kind' WHEN 'baseline' THEN 'baseline' ELSE 'follow_up_scan' END;
    ELSIF of_table = 'trial_lesion' THEN
        form := 'baseline';
        SELECT a.id INTO entry FROM trial_assessment a WHERE a.participant_id = participant AND a.kind = 'baseline'
            ORDER BY a.struck_out_reason <> '', a.id DESC LIMIT 1;
    ELSIF of_table = 'trial_lesionreading' THEN
        SELECT a.participant_id, CASE a.kind WHEN 'baseline' THEN 'baseline' ELSE 'follow_up_scan' END, a.id
            INTO participant, form, entry FROM trial_assessment a WHERE a.id = (r->>'assessment_id')::bigint;
    ELSIF of_table = 'trial_dosingperiod' THEN
        SELECT c.participant_id, 'cycle', c.id INTO participant, form, entry
            FROM trial_cycle c WHERE c.id = (r->>'cycle_id')::bigint;
    ELSIF of_table = 'trial_laboratoryresult' THEN
        SELECT v.participant_id, 'visit', v.id INTO participant, form, entry
            FROM trial_visit v WHERE v.id = (r->>'visit_id')::bigint;
    ELSIF of_table = 'trial_querymessage' THEN
        SELECT q.participant_id, q.form, q.row_id INTO participant, form, entry
            FROM trial_query q WHERE q.id = (r->>'query_id')::bigint;
    ELSIF r ? 'form' AND r ? 'row_id' THEN form := r->>'form'; entry := (r->>'row_id')::bigint;
    END IF;
END $$;
"""

_REFUSE_HELD = f"""
CREATE FUNCTION endpoint_refuse_held(of_table text, r jsonb) RETURNS void LANGUAGE plpgsql STABLE {DEFINER} AS $$
DECLARE place record; at_site bigint; held trial_hold;
BEGIN
    IF of_table IN {_listed(ALWAYS_WRITABLE)} OR NOT EXISTS (SELECT FROM trial_hold h WHERE h.state IN {IN_FORCE})
    THEN RETURN; END IF;
    SELECT * INTO place FROM endpoint_place_of(of_table, r);
    IF place.participant IS NULL THEN RETURN; END IF;
    at_site := CASE of_table WHEN 'trial_participant' THEN (r->>'site_id')::bigint
        ELSE (SELECT p.site_id FROM trial_participant p WHERE p.id = place.participant) END;
    SELECT * INTO held FROM trial_hold h WHERE h.state IN {IN_FORCE}
        AND (h.kind = 'lock' OR of_table NOT IN {_listed(CONDUCT_TABLES)})
        AND (h.scope = 'study' OR (h.scope = 'site' AND h.site_id = at_site)
            OR (h.participant_id = place.participant AND (h.scope = 'participant'
                OR (h.form = place.form AND (h.row_id IS NULL OR h.row_id = place.entry)))))
        ORDER BY h.kind DESC, h.id LIMIT 1;
    IF FOUND THEN RAISE EXCEPTION USING ERRCODE = '{HELD}', MESSAGE = format('The %s is %s: nothing was saved.',
        held.scope, CASE held.kind WHEN 'lock' THEN 'locked' ELSE 'frozen' END); END IF;
END $$;
"""

_RECORD = f"""
CREATE OR REPLACE FUNCTION endpoint_record_version() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
DECLARE number bigint := endpoint_current_change(); row_now jsonb := to_jsonb(NEW);
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.id <> OLD.id THEN RAISE EXCEPTION 'a row of % keeps its id for ever', TG_TABLE_NAME; END IF;
        IF row_now = to_jsonb(OLD) THEN RETURN NULL; END IF;
        -- What `endpoint_black_out` took out stands so in the newest version already: no new one, and no hold is asked.
        IF strpos(row_now::text, '{MARK}') > 0 AND endpoint_only_blacked_out(TG_TABLE_NAME, to_jsonb(OLD), row_now)
        THEN RETURN NULL; END IF;
        PERFORM endpoint_refuse_held(TG_TABLE_NAME, to_jsonb(OLD));
    END IF;
    PERFORM endpoint_refuse_held(TG_TABLE_NAME, row_now);
    INSERT INTO trial_version (change_id, table_name, row_id, act, row)
        VALUES (number, TG_TABLE_NAME, NEW.id, lower(TG_OP), row_now);
    RETURN NULL;
END $$;
"""

_OWN_HAND = f"""
CREATE FUNCTION endpoint_own_hand() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
DECLARE named text; now_row jsonb := to_jsonb(NEW); old_row jsonb := '{{}}'; me text;
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
"""

# For a database that had the function before the list of tables grew.
RENEW_RECORD = _RECORD
RENEW_REFUSAL = _REFUSE_HELD.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
INSTALL = _PLACE + _REFUSE_HELD + _RECORD + _OWN_HAND


def in_own_hand(table: str, *columns: str) -> str:
    """SQL of a trigger: whoever is newly named in these columns must be the person of the Change."""
    named = ", ".join(f"'{column}'" for column in columns)
    return f"""CREATE TRIGGER endpoint_own_hand BEFORE INSERT OR UPDATE ON {table}
    FOR EACH ROW EXECUTE FUNCTION endpoint_own_hand({named});"""
