"""Seals and hashes of a record in which text was blacked out: what was sealed is known by the hash that was kept.

A kept hash is taken from the sealed versions of black-outs alone, never from their live rows, and from a Change that
came after the version it speaks for. `trial.audit` verifies those Changes like every other, and that each version
stands as its black-out left it.
"""

from trial.spine import HEADER_OF_C, TEXT_OF_V

TABLE = "trial_redaction"
_DONE = f"""FROM trial_version x
    JOIN trial_change g ON g.id = x.change_id AND g.act = 'black_out' AND g.seal IS NOT NULL
    CROSS JOIN LATERAL jsonb_array_elements(x.row->'%s') e
    WHERE x.table_name = '{TABLE}' AND x.row->>'state' = 'done'"""

# (version, sealed and after as bytes, by_change): one row for each version blacked out, by the newest black-out of it.
KEPT = f"""SELECT DISTINCT ON (1) (e->>'version')::bigint AS version, decode(e->>'sealed', 'hex') AS sealed,
    decode(e->>'after', 'hex') AS after, x.change_id AS by_change {_DONE % "versions"} ORDER BY 1, x.change_id DESC"""
# (change, seal, header, versions as bytes, by_change): one row for each Change whose reason was blacked out.
KEPT_CHANGES = f"""SELECT DISTINCT ON (1) (e->>'change')::bigint AS change, decode(e->>'seal', 'hex') AS seal,
    decode(e->>'header', 'hex') AS header, decode(e->>'versions', 'hex') AS versions, x.change_id AS by_change
    {_DONE % "changes"} ORDER BY 1, x.change_id DESC"""

# Version `v` beside `k`, a left join of KEPT: the SHA-256 of its text as it was sealed.
HASH_OF_V_AND_K = f"coalesce(k.sealed, sha256(convert_to({TEXT_OF_V}, 'UTF8')))"
JOIN_K = "LEFT JOIN kept k ON k.version = v.id AND k.by_change > v.change_id"
HASHES_OF_C = f"""coalesce((SELECT string_agg({HASH_OF_V_AND_K}, ''::bytea ORDER BY v.id)
    FROM trial_version v {JOIN_K} WHERE v.change_id = c.id), ''::bytea)"""
HEADER_HASH_OF_C = f"sha256(convert_to({HEADER_OF_C}, 'UTF8'))"

# Id, previous seal, seal, the seal computed anew, and time of every Change. Where the reason was blacked out the seal
# cannot be computed: the kept one stands for it while header and versions are what they were after the black-out.
SEALS = f"""WITH kept AS MATERIALIZED ({KEPT}), kept_changes AS MATERIALIZED ({KEPT_CHANGES})
SELECT c.id, c.previous_seal, c.seal, CASE
    WHEN r.change IS NULL THEN sha256(coalesce(c.previous_seal, ''::bytea) || convert_to({HEADER_OF_C}, 'UTF8')
        || h.hashes)
    WHEN {HEADER_HASH_OF_C} = r.header AND sha256(h.hashes) = r.versions THEN r.seal END, c.at
FROM trial_change c CROSS JOIN LATERAL (SELECT {HASHES_OF_C} AS hashes) h
LEFT JOIN kept_changes r ON r.change = c.id AND r.by_change > c.id ORDER BY c.id"""

# What stands otherwise than its black-out left it, and black-outs that no two people made; in words.
NOT_AS_LEFT = f"""WITH kept AS MATERIALIZED ({KEPT})
SELECT format('version %s does not stand as Change %s blacked it out', k.version, k.by_change) FROM kept k
    LEFT JOIN trial_version v ON v.id = k.version
    WHERE v.id IS NULL OR v.change_id >= k.by_change OR sha256(convert_to({TEXT_OF_V}, 'UTF8')) <> k.after
UNION ALL
SELECT format('Change %s blacks out what nobody else had asked for', x.change_id) FROM trial_version x
    JOIN trial_change g ON g.id = x.change_id
    WHERE x.table_name = '{TABLE}' AND x.row->>'state' = 'done' AND (g.act <> 'black_out' OR g.role <> 'chair'
        OR g.person_id IS DISTINCT FROM (x.row->>'decided_by_id')::bigint OR NOT EXISTS (SELECT FROM trial_version a
            JOIN trial_change b ON b.id = a.change_id AND b.id < g.id AND b.person_id <> g.person_id
            WHERE a.table_name = x.table_name AND a.row_id = x.row_id AND a.act = 'insert'
                AND a.row->>'state' = 'asked' AND (a.row->>'asked_by_id')::bigint = b.person_id)) LIMIT 1"""

# (by_change, versions, reasons): how many versions and reasons of Changes each black-out stands for.
COUNTS = f"""SELECT by_change, sum(versions)::int, sum(reasons)::int FROM (
    SELECT by_change, count(*) AS versions, 0 AS reasons FROM ({KEPT}) k GROUP BY 1
    UNION ALL SELECT by_change, 0, count(*) FROM ({KEPT_CHANGES}) r GROUP BY 1) counted GROUP BY 1 ORDER BY 1"""


def in_words(by_change: int, versions: int, reasons: int) -> str:
    """What one black-out hides from verification, such as "1 version blacked out by Change 812"."""
    said = [f"{versions} version{'s' if versions > 1 else ''}"] if versions else []
    if reasons:
        said.append(f"the reason{'s' if reasons > 1 else ''} of {reasons} Change{'s' if reasons > 1 else ''}")
    seals = " (seals kept, not computed again)" if reasons else ""
    return f"{' and '.join(said)} blacked out by Change {by_change}{seals}"
