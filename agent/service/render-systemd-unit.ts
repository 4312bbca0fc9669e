export interface ServiceOptions {
  /** Full path of the script ifrit-agent. */
  program: string;
  root: string;
}

/**
 * The systemd unit. KillMode=process: stopping or restarting ifrit-agent leaves the managed agents
 * alone. It does not wait for the network: ifrit-agent does that itself, and keeps agents running meanwhile.
 */
export function renderSystemdUnit({ program, root }: ServiceOptions): string {
  return `[Unit]
Description=ifrit-agent keeps this machine's agents as its master wants them
Wants=network.target
After=network.target local-fs.target
RequiresMountsFor=${unitPath(root)}
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart=${executable(program)} guard --root ${quoted(root)}
Restart=always
RestartSec=1
KillMode=process
TimeoutStopSec=20
Delegate=yes
TasksMax=infinity
LimitNOFILE=65536
OOMScoreAdjust=-500
UMask=0022
StandardOutput=journal
StandardError=journal

[Install]
WantedBy=multi-user.target
`;
}

/** systemd allows little in the name of a program, and nothing escapes the rest. */
function executable(path: string): string {
  if (/["'\\$]/.test(path)) {
    throw new RangeError("the program's path must not contain quotes, backslashes or $");
  }
  return quoted(path);
}

/** A word of ExecStart: systemd expands % and $ even within quotes. */
function quoted(word: string): string {
  const escaped = plain(word).replaceAll("\\", "\\\\").replaceAll('"', '\\"');
  return `"${escaped.replaceAll("%", "%%").replaceAll("$", "$$$$")}"`;
}

function unitPath(path: string): string {
  return `"${plain(path).replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%")}"`;
}

/** A line break would begin another setting; nothing escapes it. */
function plain(text: string): string {
  if (/\p{Cc}/u.test(text)) throw new RangeError("a path must not contain control characters");
  return text;
}
