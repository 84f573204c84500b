\set ECHO none
-- Their roles go.
SET client_min_messages = warning;
SELECT format('DROP OWNED BY %I', login), format('DROP ROLE %I', login) FROM person \gexec
\set ECHO all
