"""The seal of a Change as SQL expressions: `c` is a row of trial_change, `v` a row of trial_version.

The installed functions and the verification evaluate these same texts, so that replacing the functions hides nothing.
The texts of header and version are also what an exported trail carries, so that it can be verified without us.
"""

HEADER_OF_C = """jsonb_build_array(
    c.id, c.person_id, c.role, to_char(c.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), c.act, c.reason,
    c.participant_id, c.site_id, to_jsonb(c.groups), c.version_of_program, c.transaction)::text"""
TEXT_OF_V = "jsonb_build_array(v.id, v.change_id, v.table_name, v.row_id, v.act, v.row)::text"
# SHA-256 over the previous seal, the header, and the hash of each version in order.
SEAL_OF_C = f"""sha256(coalesce(c.previous_seal, ''::bytea) || convert_to({HEADER_OF_C}, 'UTF8')
  || coalesce((SELECT string_agg(sha256(convert_to({TEXT_OF_V}, 'UTF8')), ''::bytea ORDER BY v.id)
      FROM trial_version v WHERE v.change_id = c.id), ''::bytea))"""


def hex_of(text: str) -> str:
    """SQL: the SHA-256 of a text expression, in hexadecimal."""
    return f"encode(sha256(convert_to({text}, 'UTF8')), 'hex')"
