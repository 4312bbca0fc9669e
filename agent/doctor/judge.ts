import { type Finding, failed, ok, warning } from "./finding.ts";

const skewMaxSeconds = 60;
const spaceMinMiB = 256;

/** The machine's clock against the master's. Nothing breaks by it, but certificates and reading logs do. */
export function judgeClock(masterDate: string | null, nowMs: number): Finding {
  const masterMs = Date.parse(masterDate ?? "");
  if (Number.isNaN(masterMs)) {
    return warning(
      "clock",
      "the master did not tell its time",
      "nothing to do if the clock is known to be right",
    );
  }
  const seconds = Math.round((nowMs - masterMs) / 1000);
  if (Math.abs(seconds) <= skewMaxSeconds)
    return ok("clock", `within ${skewMaxSeconds} s of the master's`);
  const side = seconds > 0 ? "ahead of" : "behind";
  return warning(
    "clock",
    `${Math.abs(seconds)} s ${side} the master's`,
    "have chrony or systemd-timesyncd set the clock",
  );
}

export function judgeSpace(freeBytes: number, path: string): Finding {
  const free = Math.floor(freeBytes / 1024 / 1024);
  if (free >= spaceMinMiB) return ok("disk space", `${free} MiB free at ${path}`);
  return warning(
    "disk space",
    `only ${free} MiB free at ${path}`,
    `free at least ${spaceMinMiB} MiB; upgrades are refused when the package does not fit`,
  );
}

export function judgeEnrollment(enrollment: string, clusterId: string | null): Finding {
  if (enrollment === "accepted") return ok("enrollment", `accepted into cluster ${clusterId}`);
  if (enrollment === "pending") {
    return warning(
      "enrollment",
      "waiting for approval",
      "accept the machine in the console, under Machines",
    );
  }
  return warning(
    "enrollment",
    "the master has not been asked yet",
    "start ifrit-agent, or run `ifrit-agent enroll` again",
  );
}

/** What an answer or the lack of one says about the way to the master. */
export function judgeMaster(url: string, outcome: { status: number } | { error: string }): Finding {
  if ("status" in outcome) {
    if (outcome.status < 500) return ok("master", `${url} answers`);
    return failed(
      "master",
      `${url} answers with ${outcome.status}`,
      "look at the master's log; this machine keeps its agents running meanwhile",
    );
  }
  const { error } = outcome;
  if (/certificate|UnknownIssuer|tls/i.test(error)) {
    return failed(
      "master",
      `${url}: ${error}`,
      "the certificate is not trusted here: check the clock, the name in the URL, and the authorities (DENO_TLS_CA_STORE=system, or DENO_CERT=FILE)",
    );
  }
  if (/dns|resolve|lookup|name or service/i.test(error)) {
    return failed(
      "master",
      `${url}: ${error}`,
      "the name cannot be resolved: check /etc/resolv.conf and the URL given to `enroll`",
    );
  }
  return failed(
    "master",
    `${url}: ${error}`,
    "check that the master runs, and that no firewall or proxy is in the way",
  );
}
