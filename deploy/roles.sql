-- 由数据库管理员在建库之前运行一次：psql -d postgres -f deploy/roles.sql
-- anmin_owner 拥有表，给升级、后台任务和命令行用；anmin_app 给网页登录，只有 anmin_web 和
-- anmin_resident（居民页面）的权限；四者都不是超级用户。
CREATE ROLE anmin_owner LOGIN NOSUPERUSER CREATEDB NOCREATEROLE NOBYPASSRLS;
CREATE ROLE anmin_web NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
CREATE ROLE anmin_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
CREATE ROLE anmin_resident NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
GRANT anmin_web TO anmin_owner, anmin_app, anmin_resident;
GRANT anmin_resident TO anmin_owner, anmin_app;
CREATE DATABASE anmin OWNER anmin_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
REVOKE CONNECT, TEMPORARY ON DATABASE anmin FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE anmin TO anmin_owner, anmin_app;
