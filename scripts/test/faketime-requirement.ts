import type { Requirement } from "../system/debian-packages.ts";
import { findBinary } from "../system/find-binary.ts";

/** Gives a process another time of day. */
export const faketimeRequirement: Requirement = {
  what: "faketime",
  isPresent: () => findBinary("faketime") !== null,
  debianPackages: ["faketime"],
};
