import type { ServiceOptions } from "./render-systemd-unit.ts";

export const launchdLabel = "io.ifrit.agent";

/** The launchd job. AbandonProcessGroup: stopping ifrit-agent leaves the managed agents alone. */
export function renderLaunchdPlist({ program, root }: ServiceOptions): string {
  const words = [program, "guard", "--root", root]
    .map((word) => `    <string>${xml(word)}</string>`)
    .join("\n");
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${launchdLabel}</string>
  <key>ProgramArguments</key>
  <array>
${words}
  </array>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <true/>
  <key>ThrottleInterval</key>
  <integer>1</integer>
  <key>AbandonProcessGroup</key>
  <true/>
  <key>ExitTimeOut</key>
  <integer>20</integer>
  <key>StandardErrorPath</key>
  <string>${xml(`${root}/ifrit-agent.log`)}</string>
</dict>
</plist>
`;
}

export function xml(text: string): string {
  if (/\p{Cc}/u.test(text)) throw new RangeError("a path must not contain control characters");
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
  };
  return text.replace(/[&<>"]/g, (character) => entities[character]!);
}
