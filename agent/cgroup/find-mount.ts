/** Where a cgroup2 file system is mounted for writing, from the text of /proc/self/mounts; null when nowhere. */
export function findCgroupMount(mounts: string): string | null {
  for (const line of mounts.split("\n")) {
    const [, target = "", type, options = ""] = line.split(" ");
    // A path with a blank in it stands there as \040, and would need more care than such a mount is worth.
    const plain = target.startsWith("/") && !target.includes("\\");
    if (type === "cgroup2" && plain && options.split(",").includes("rw")) return target;
  }
  return null;
}
