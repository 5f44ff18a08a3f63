"""The seal of a Change as SQL expressions: `c` is a row of trial_change, `v` a row of trial_version.

The installed functions and the verification evaluate these same texts, so that replacing the functions hides nothing.
The texts of header and version are also what an exported trail carries, so that it can be verified without us.
"""

def in_utc(instant: str) -> str:
    """SQL: the text of an instant, to the microsecond."""
    return f"to_char({instant} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"


# Changes of an earlier version have no clock beside their time: their headers end before it.
HEADER_OF_C = f"""(jsonb_build_array(
    c.id, c.person_id, c.role, {in_utc('c.at')}, c.act, c.reason,
    c.participant_id, c.site_id, to_jsonb(c.groups), c.version_of_program, c.transaction)
    || CASE WHEN c.clock IS NULL THEN '[]'::jsonb ELSE jsonb_build_array({in_utc('c.clock')}) END)::text"""
TEXT_OF_V = "jsonb_build_array(v.id, v.change_id, v.table_name, v.row_id, v.act, v.row)::text"
# SHA-256 over the previous seal, the header, and the hash of each version in order.
SEAL_OF_C = f"""sha256(coalesce(c.previous_seal, ''::bytea) || convert_to({HEADER_OF_C}, 'UTF8')
  || coalesce((SELECT string_agg(sha256(convert_to({TEXT_OF_V}, 'UTF8')), ''::bytea ORDER BY v.id)
      FROM trial_version v WHERE v.change_id = c.id), ''::bytea))"""

# An entry `j` of the access log, and its seal: SHA-256 over the seal of the entry before and the text.
TEXT_OF_J = f"""jsonb_build_array(
    j.id, {in_utc('j.at')}, j.person_id, j.role, j.kind, j.words, j.newest_change)::text"""
SEAL_OF_J = f"sha256(coalesce(j.previous_seal, ''::bytea) || convert_to({TEXT_OF_J}, 'UTF8'))"


def hex_of(text: str) -> str:
    """SQL: the SHA-256 of a text expression, in hexadecimal."""
    return f"encode(sha256(convert_to({text}, 'UTF8')), 'hex')"
