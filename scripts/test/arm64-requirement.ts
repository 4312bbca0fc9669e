import { existsSync } from "node:fs";
import type { Requirement } from "../system/debian-packages.ts";
import { findBinary } from "../system/find-binary.ts";

/** Where Debian puts the libraries of arm64 programs that run on another processor. */
export const arm64Libraries = "/usr/aarch64-linux-gnu";
export const arm64Emulator = "qemu-aarch64-static";

/** Runs programs of arm64 machines here. */
export const arm64Requirement: Requirement = {
  what: "an emulator of arm64 with its C library",
  isPresent: () =>
    process.arch === "arm64" ||
    (findBinary(arm64Emulator) !== null &&
      ["libc.so.6", "libgcc_s.so.1"].every((name) => existsSync(`${arm64Libraries}/lib/${name}`))),
  debianPackages: ["qemu-user-static", "libc6-arm64-cross", "libgcc-s1-arm64-cross"],
};
