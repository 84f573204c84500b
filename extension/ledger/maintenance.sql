-- maintenance: how a companion schema is known, and who may run what

CREATE VIEW @report@.about_ledger WITH (security_invoker = true) AS
  SELECT title, root_code, layout, digest, created_at FROM @ledger@.ledger;
COMMENT ON VIEW @report@.about_ledger IS 'The ledger that the views of this schema show. By this view budgetpm knows which ledger the schema belongs to, whatever either is called.';
COMMENT ON COLUMN @report@.about_ledger.title IS 'What people call the ledger.';
COMMENT ON COLUMN @report@.about_ledger.root_code IS 'Official code of its root division (财政区划).';
COMMENT ON COLUMN @report@.about_ledger.layout IS 'Version of its tables.';
COMMENT ON COLUMN @report@.about_ledger.digest IS 'Hash of its journal chains.';
COMMENT ON COLUMN @report@.about_ledger.created_at IS 'When it was made.';

-- New functions are executable by everyone until somebody says otherwise.
REVOKE ALL ON ALL ROUTINES IN SCHEMA @ledger@ FROM PUBLIC;
REVOKE ALL ON ALL ROUTINES IN SCHEMA @report@ FROM PUBLIC;
