import { findRedis } from "../stores/start-redis.ts";
import type { Requirement } from "../system/debian-packages.ts";
import { findBinary } from "../system/find-binary.ts";

/** Packages without services: programs only. */
export const mariaDbRequirement: Requirement = {
  what: "MariaDB (mariadbd)",
  isPresent: () =>
    findBinary("mariadbd", "mysqld") !== null &&
    findBinary("mariadb-install-db", "mysql_install_db") !== null &&
    findBinary("my_print_defaults") !== null,
  // mariadb-install-db needs my_print_defaults, which is among the client's programs.
  debianPackages: ["mariadb-server-core", "mariadb-client-core"],
  otherwise: "or set DATABASE_URL to a MySQL or MariaDB that you have",
};

/** redis-tools holds the server's program too; the package redis-server would add a system service. */
export const redisRequirement: Requirement = {
  what: "Redis (redis-server)",
  isPresent: () => findRedis() !== null,
  debianPackages: ["redis-tools"],
  otherwise: "or set REDIS_URL to a Redis that you have",
};
