import type { MasterProblem } from "../contract/cluster-views.ts";

const codes: Record<string, MasterProblem> = {
  ...{ ENOTFOUND: "dns", EAI_AGAIN: "dns", EAI_FAIL: "dns" },
  ...{ ECONNREFUSED: "refused", ETIMEDOUT: "timeout", UND_ERR_CONNECT_TIMEOUT: "timeout" },
  EREFUSEDADDRESS: "address",
  ...{ UND_ERR_HEADERS_TIMEOUT: "timeout", UND_ERR_BODY_TIMEOUT: "timeout" },
};
/** OpenSSL's names for what is wrong with a certificate, as Node hands them on. */
const tlsCode =
  /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|EPROTO|HOSTNAME_MISMATCH)/;

/** Why a call did not get an answer, with the system's own code, for a person to look up. */
export function whyNoAnswer(error: unknown): { code: MasterProblem; system: string } {
  for (let current = error; current instanceof Error; current = current.cause) {
    const { code = "" } = current as NodeJS.ErrnoException;
    if (current.name === "TimeoutError") return { code: "timeout", system: "timeout" };
    if (/redirect/i.test(current.message)) return { code: "redirect", system: "redirect" };
    if (typeof code !== "string") continue;
    const known = codes[code];
    if (known) return { code: known, system: code };
    if (tlsCode.test(code)) return { code: "tls", system: code };
    if (code !== "" && !(current.cause instanceof Error)) return { code: "network", system: code };
  }
  return { code: "network", system: "" };
}
