"""The catalog queries of clone and digest. Those of clone read the schema that is first on the search_path."""

from typing import Final

TABLES: Final = """
SELECT c.relname, array_to_string(c.reloptions, ', ')
FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' ORDER BY c.relname
"""

# Keys before foreign keys; not-null constraints come with LIKE.
CONSTRAINTS: Final = """
SELECT c.relname, k.conname, pg_get_constraintdef(k.oid)
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE k.connamespace = current_schema()::regnamespace AND k.contype IN ('p', 'u', 'c', 'x', 'f')
ORDER BY array_position(ARRAY['p', 'u', 'x', 'c', 'f'], k.contype::text), c.relname, k.conname
"""

# Pretty-printing is what leaves the schema out of an index's definition.
INDEXES: Final = """
SELECT pg_get_indexdef(i.indexrelid, 0, true)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relnamespace = current_schema()::regnamespace
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
ORDER BY c.relname
"""

GRANTS: Final = """
SELECT c.relname, NULL, g.rolname, string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type)
FROM pg_class c, aclexplode(c.relacl) a JOIN pg_roles g ON g.oid = a.grantee
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.grantee <> c.relowner
GROUP BY c.relname, g.rolname
UNION ALL
SELECT c.relname, string_agg(quote_ident(t.attname), ', ' ORDER BY t.attnum), g.rolname, a.privilege_type
FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a JOIN pg_roles g ON g.oid = a.grantee
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND NOT t.attisdropped
GROUP BY c.relname, g.rolname, a.privilege_type
ORDER BY 1, 3, 4
"""

# Sequences of identity columns come with LIKE; any other would be left behind.
UNCOPYABLE: Final = """
SELECT 'relation', c.relname FROM pg_class c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind NOT IN ('r', 'i', 'S')
UNION ALL
SELECT 'sequence', c.relname FROM pg_class c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'S'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'i')
UNION ALL
SELECT 'function', p.proname FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace
UNION ALL
SELECT 'trigger', t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal
UNION ALL
SELECT 'policy', p.polname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
WHERE c.relnamespace = current_schema()::regnamespace
UNION ALL
SELECT 'statistics', s.stxname FROM pg_statistic_ext s WHERE s.stxnamespace = current_schema()::regnamespace
UNION ALL
SELECT 'type', t.typname FROM pg_type t
WHERE t.typnamespace = current_schema()::regnamespace AND t.typtype <> 'c' AND t.typelem = 0
"""

DIGEST: Final = """
WITH home AS (SELECT oid FROM pg_namespace WHERE nspname = %(schema)s)
SELECT concat_ws(' ', 'relation', c.relkind, c.relname, c.relpersistence, c.reloptions::text, r.rolname)
FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE c.relnamespace = (SELECT oid FROM home)
UNION ALL
SELECT concat_ws(' ', 'column', c.relname, row_number() OVER (PARTITION BY c.oid ORDER BY t.attnum), t.attname,
    format_type(t.atttypid, t.atttypmod), t.attnotnull, t.attidentity, t.attgenerated, t.attstorage, t.attcompression,
    t.attcollation, t.attstattarget, pg_get_expr(d.adbin, d.adrelid))
FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = t.attnum
WHERE c.relnamespace = (SELECT oid FROM home) AND t.attnum > 0 AND NOT t.attisdropped AND c.relkind IN ('r', 'v', 'm')
UNION ALL
SELECT concat_ws(' ', 'constraint', c.relname, k.conname, k.contype, k.convalidated, pg_get_constraintdef(k.oid))
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE k.connamespace = (SELECT oid FROM home)
UNION ALL
SELECT concat_ws(' ', 'index', i.indisvalid, i.indisunique, i.indisclustered, pg_get_indexdef(i.indexrelid))
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relnamespace = (SELECT oid FROM home)
UNION ALL
SELECT concat_ws(' ', 'grant', c.relname, a.grantee::regrole, a.privilege_type, a.is_grantable)
FROM pg_class c, aclexplode(c.relacl) a
WHERE c.relnamespace = (SELECT oid FROM home) AND c.relkind <> 'S' AND a.grantee <> c.relowner
UNION ALL
SELECT concat_ws(' ', 'grant', c.relname, t.attname, a.grantee::regrole, a.privilege_type, a.is_grantable)
FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a
WHERE c.relnamespace = (SELECT oid FROM home)
UNION ALL
SELECT concat_ws(' ', 'schema', a.grantee::regrole, a.privilege_type, a.is_grantable)
FROM pg_namespace n, aclexplode(n.nspacl) a WHERE n.oid = (SELECT oid FROM home)
UNION ALL
SELECT concat_ws(' ', 'function', p.proname) FROM pg_proc p WHERE p.pronamespace = (SELECT oid FROM home)
UNION ALL
SELECT concat_ws(' ', 'trigger', t.tgname, t.tgenabled)
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = (SELECT oid FROM home) AND NOT t.tgisinternal
"""
