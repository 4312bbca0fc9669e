import { existsSync } from "node:fs";
import type { Requirement } from "../system/debian-packages.ts";

/** Daemons of other shapes, which ifrit-agent's tests pack and run: a master with workers, and one that daemonises. */
export const daemonRequirements: Requirement[] = [
  {
    what: "nginx",
    isPresent: () => existsSync("/usr/sbin/nginx"),
    debianPackages: ["nginx"],
  },
  {
    what: "memcached",
    isPresent: () => existsSync("/usr/bin/memcached"),
    debianPackages: ["memcached"],
  },
];
