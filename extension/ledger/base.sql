-- base: what a ledger is

CREATE SCHEMA @ledger@;
CREATE SCHEMA @report@;
COMMENT ON SCHEMA @ledger@ IS 'A budget ledger (预算指标账) of budgetpm: its tables, and the functions through which everything is written. Write through the functions; read the views.';
COMMENT ON SCHEMA @report@ IS 'Views over the ledger for reports and BI tools: core types only, and the rights and row security of whoever asks.';

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
ALTER TABLE @ledger@.ledger ENABLE ALWAYS TRIGGER invalidate_ledger;
