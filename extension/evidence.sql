-- evidence: digests

CREATE FUNCTION budgetpm.digest(algorithm text, content bytea) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'bpm_digest';
COMMENT ON FUNCTION budgetpm.digest(text, bytea) IS
  'Digest of bytes (32 bytes long) under sha256 or sm3 (国密). Errors: 22023 unknown algorithm, 0A000 the server''s OpenSSL lacks it.';

CREATE FUNCTION budgetpm.digest_available(algorithm text) RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'bpm_digest_available';
COMMENT ON FUNCTION budgetpm.digest_available(text) IS
  'Whether this server''s OpenSSL has the algorithm: sha256 or sm3. Some vendors omit sm3. Errors: 22023 unknown algorithm.';
