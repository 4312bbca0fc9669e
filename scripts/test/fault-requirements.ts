import { existsSync } from "node:fs";
import type { Requirement } from "../system/debian-packages.ts";
import { findBinary } from "../system/find-binary.ts";
import { faketimeRequirement } from "./faketime-requirement.ts";

/** With what ifrit-agent's tests make disks, clocks, networks and certificates fail. */
export const faultRequirements: Requirement[] = [
  faketimeRequirement,
  {
    what: "strace",
    isPresent: () => findBinary("strace") !== null,
    debianPackages: ["strace"],
  },
  {
    what: "ip",
    isPresent: () => existsSync("/usr/sbin/ip"),
    debianPackages: ["iproute2"],
  },
  {
    what: "openssl",
    isPresent: () => findBinary("openssl") !== null,
    debianPackages: ["openssl"],
  },
];
