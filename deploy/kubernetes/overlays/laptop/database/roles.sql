-- Read by psql when the database is made: a database and a role per app, each kept to its own.
\set ON_ERROR_STOP on
\set auth_password `cat /run/secrets/database/auth-password`
\set orders_password `cat /run/secrets/database/orders-password`
\set billing_password `cat /run/secrets/database/billing-password`

CREATE ROLE auth LOGIN PASSWORD :'auth_password';
CREATE ROLE orders LOGIN PASSWORD :'orders_password';
CREATE ROLE billing LOGIN PASSWORD :'billing_password';

CREATE DATABASE auth OWNER auth;
CREATE DATABASE orders OWNER orders;
CREATE DATABASE billing OWNER billing;

REVOKE CONNECT ON DATABASE auth, orders, billing, postgres, template1 FROM PUBLIC;
