\echo Use "CREATE EXTENSION budgetpm" to load this file. \quit
-- base: the ground that every module stands on

REVOKE ALL ON SCHEMA budgetpm FROM PUBLIC;
GRANT USAGE ON SCHEMA budgetpm TO PUBLIC;
COMMENT ON SCHEMA budgetpm IS
  'Machinery of budgetpm: types, operators and the functions behind every ledger. It holds no data; a ledger is a schema made by budgetpm.create_ledger().';

CREATE FUNCTION budgetpm.invalidate_ledger() RETURNS trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'bpm_invalidate_ledger';
COMMENT ON FUNCTION budgetpm.invalidate_ledger() IS
  'Statement trigger of a ledger''s rule tables: every backend reloads the ledger after the change, because DML alone invalidates no cache.';
-- evidence: digests

CREATE FUNCTION budgetpm.digest(algorithm text, content bytea) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'bpm_digest';
COMMENT ON FUNCTION budgetpm.digest(text, bytea) IS
  'Digest of bytes (32 bytes long) under sha256 or sm3 (国密). Errors: 22023 unknown algorithm, 0A000 the server''s OpenSSL lacks it.';

CREATE FUNCTION budgetpm.digest_available(algorithm text) RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'bpm_digest_available';
COMMENT ON FUNCTION budgetpm.digest_available(text) IS
  'Whether this server''s OpenSSL has the algorithm: sha256 or sm3. Some vendors omit sm3. Errors: 22023 unknown algorithm.';
CREATE FUNCTION budgetpm.ledger_source() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $bpm_source$ SELECT $bpm_ddl$
-- base: what a ledger is

CREATE SCHEMA @ledger@;
CREATE SCHEMA @report@;

CREATE TABLE @ledger@.ledger (
  ledger_id   smallint PRIMARY KEY DEFAULT 1 CHECK (ledger_id OPERATOR(pg_catalog.=) 1),
  layout      integer NOT NULL,
  digest      varchar(10) COLLATE "C" NOT NULL CHECK (digest IN ('sha256', 'sm3')),
  root_code   varchar(12) COLLATE "C" NOT NULL,
  title       varchar(200) NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  created_by  varchar(63) NOT NULL DEFAULT SESSION_USER
);
COMMENT ON TABLE @ledger@.ledger IS 'The ledger itself, one row: its layout, digest algorithm and root division. The API functions name the ledger by this table.';
COMMENT ON COLUMN @ledger@.ledger.ledger_id IS 'Always 1: a ledger is a schema.';
COMMENT ON COLUMN @ledger@.ledger.layout IS 'Version of the tables; upgrade_ledger() brings it forward.';
COMMENT ON COLUMN @ledger@.ledger.digest IS 'Hash of the journal chains: sha256 or sm3 (国密), chosen when the ledger was made and never changed.';
COMMENT ON COLUMN @ledger@.ledger.root_code IS 'Official code of the root division (财政区划), such as 320000000.';
COMMENT ON COLUMN @ledger@.ledger.title IS 'What people call this ledger.';
COMMENT ON COLUMN @ledger@.ledger.created_at IS 'When the ledger was made.';
COMMENT ON COLUMN @ledger@.ledger.created_by IS 'The login that made it.';

CREATE TRIGGER invalidate_ledger AFTER INSERT OR UPDATE OR DELETE ON @ledger@.ledger
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.invalidate_ledger();
$bpm_ddl$::pg_catalog.text $bpm_source$;
COMMENT ON FUNCTION budgetpm.ledger_source() IS 'The DDL of a ledger of this version, with @ledger@ where the schema name goes. Read it through ledger_ddl(name).';
