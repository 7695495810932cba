-- The roles of an installation on PostgreSQL, each with the least it needs. Run as a superuser:
--
--   psql --dbname=whistle --file=roles.sql
--
-- In an empty database it makes the roles; run it again when the owner has made the tables. It may be
-- run at any time, and has to be after every `whistle upgrade` that changed something: a table of a
-- later version is nobody's but the owner's before that, but for copies.
--
--   whistle-owner     owns the tables: init, upgrade, restore, and what is done by hand
--   whistle-intake    the anonymous door
--   whistle-casework  the authenticated door
--   whistle-keeper    the timers: housekeeping, backup
--
-- They have the names of the system's users, so that a unix socket with `peer` needs no password.
-- Other names: psql --set=owner=… --set=intake=… --set=casework=… --set=keeper=…

\set ON_ERROR_STOP on
\set QUIET on
\if :{?owner} \else \set owner whistle-owner \endif
\if :{?intake} \else \set intake whistle-intake \endif
\if :{?casework} \else \set casework whistle-casework \endif
\if :{?keeper} \else \set keeper whistle-keeper \endif

SELECT format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT', name)
  FROM unnest(ARRAY[:'owner', :'intake', :'casework', :'keeper']) AS name
 WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = name) \gexec

BEGIN;

-- The database: these four come in, and nobody else; the owner alone makes anything in it.
SELECT format('ALTER DATABASE %I OWNER TO %I', current_database(), :'owner') \gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()) \gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO %I, %I, %I',
              current_database(), :'intake', :'casework', :'keeper') \gexec
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO :"owner";
GRANT USAGE ON SCHEMA public TO :"intake", :"casework", :"keeper";

-- What was made before there were roles becomes the owner's.
SELECT format('ALTER TABLE %I OWNER TO %I', relname, :'owner')
  FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' \gexec
SELECT format('ALTER FUNCTION %I() OWNER TO %I', proname, :'owner')
  FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prorettype = 'trigger'::regtype \gexec

-- Begin anew: what an earlier version was given is not kept.
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, :"intake", :"casework", :"keeper";
SELECT format('REVOKE ALL (%s) ON %I FROM %I, %I, %I',
              string_agg(quote_ident(attname), ', '), relname, :'intake', :'casework', :'keeper')
  FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
 WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' GROUP BY relname \gexec
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;

-- Tables of later versions: copied from the first day, and otherwise nobody's until this is run.
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT SELECT ON TABLES TO :"keeper";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" REVOKE ALL ON FUNCTIONS FROM PUBLIC;

-- An empty database has roles now; for the rest there have to be tables.
SELECT to_regclass('public.alembic_version') IS NOT NULL AS has_tables \gset
\if :has_tables

GRANT SELECT ON alembic_version TO :"intake", :"casework", :"keeper";

-- The anonymous door. No member, session, grant or invitation, no registration, and of the log
-- nothing but what is public. UPDATE (id) is for locking a case: PostgreSQL wants a right to
-- change something, and an id that others refer to cannot be changed.
GRANT SELECT ON statement, log_checkpoint, public_document TO :"intake";
GRANT INSERT ON satisfaction_used, satisfaction_answer TO :"intake";
GRANT SELECT, INSERT, UPDATE (id) ON enquiry_case TO :"intake";
GRANT SELECT, INSERT, UPDATE (case_id) ON receipt TO :"intake";
GRANT INSERT ON case_keys_inbox TO :"intake";
GRANT SELECT, INSERT, DELETE ON case_keys_reporter, item TO :"intake";
GRANT SELECT, INSERT, UPDATE (case_id), DELETE ON attachment TO :"intake";
GRANT SELECT, INSERT ON chunk TO :"intake";
GRANT SELECT, INSERT, UPDATE (day) ON fresh_row, removed_row TO :"intake";

-- The authenticated door. Of the log it reads and appends; only the head changes. It finds no
-- case by a receipt. Of receipts it only adds some, for who called and gets one on paper.
GRANT SELECT, INSERT ON log_entry, log_subtree TO :"casework";
GRANT SELECT, UPDATE ON log_head TO :"casework";
GRANT SELECT ON log_checkpoint, sealed_row TO :"casework";
GRANT SELECT, INSERT, DELETE ON log_old_keys TO :"casework";
GRANT SELECT, INSERT, UPDATE (day) ON fresh_row, removed_row TO :"casework";
GRANT SELECT, INSERT, UPDATE ON member, inbox TO :"casework";
GRANT SELECT, INSERT, UPDATE, DELETE
   ON member_session, passkey, sign_in_failure, used_challenge, invitation TO :"casework";
GRANT SELECT, INSERT, DELETE
   ON backup_code, key_file, inbox_grant, recovery_grant TO :"casework";
GRANT SELECT, INSERT ON statement TO :"casework";
GRANT SELECT, INSERT, UPDATE, DELETE ON enquiry_case TO :"casework";
GRANT SELECT, INSERT, UPDATE, DELETE
   ON case_keys_inbox, registration, inbox_record TO :"casework";
GRANT SELECT, UPDATE (epoch, sealed), DELETE ON satisfaction_answer TO :"casework";
GRANT SELECT, INSERT, DELETE ON public_document TO :"casework";
GRANT SELECT, INSERT ON case_keys_reporter, chunk TO :"casework";
GRANT INSERT ON receipt TO :"casework";
GRANT SELECT, INSERT, DELETE ON item TO :"casework";
GRANT SELECT, INSERT, UPDATE (case_id), DELETE ON attachment TO :"casework";

-- The timers. They read what is copied, and nothing that makes a session; they append to the log,
-- and keep what the log knows of sealed rows.
GRANT SELECT ON
      member, passkey, backup_code, key_file, invitation,
      inbox, statement, inbox_grant, recovery_grant,
      enquiry_case, receipt, case_keys_inbox, case_keys_reporter, registration, item,
      attachment, chunk, inbox_record, satisfaction_used, satisfaction_answer, public_document,
      log_entry, log_head, log_subtree, log_checkpoint, log_old_keys,
      sealed_row, fresh_row, removed_row, job_done
   TO :"keeper";
GRANT INSERT ON log_entry, log_subtree, log_checkpoint TO :"keeper";
GRANT UPDATE ON log_head TO :"keeper";
GRANT UPDATE (mailed) ON log_checkpoint TO :"keeper";
GRANT INSERT, UPDATE, DELETE ON sealed_row TO :"keeper";
GRANT DELETE ON fresh_row, removed_row TO :"keeper";
GRANT SELECT, INSERT, UPDATE, DELETE ON job_lease TO :"keeper";
GRANT INSERT, DELETE ON job_done TO :"keeper";
GRANT DELETE ON attachment TO :"keeper";
-- Rows are written anew as they are, so that no number of a transaction tells the hour of a report.
GRANT UPDATE (id) ON inbox, enquiry_case, attachment TO :"keeper";
GRANT UPDATE (case_id) ON receipt TO :"keeper";
GRANT UPDATE (body) ON
      case_keys_inbox, registration, inbox_record, item, chunk TO :"keeper";
GRANT UPDATE (sealed) ON case_keys_reporter, satisfaction_answer TO :"keeper";
GRANT UPDATE (nullifier) ON satisfaction_used TO :"keeper";
GRANT UPDATE (day) ON removed_row TO :"keeper";
GRANT SELECT (started), DELETE ON member_session TO :"keeper";

\endif

COMMIT;
