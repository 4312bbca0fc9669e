import { launchdLabel, renderLaunchdPlist } from "./render-launchd-plist.ts";
import { renderSystemdUnit, type ServiceOptions } from "./render-systemd-unit.ts";
import { renderWindowsTask } from "./render-windows-task.ts";

export interface ServicePlan {
  /** The file that tells the service manager, and its content. */
  file: string;
  text: string;
  /** Its name, and a shell test for whether it runs here; null: no shell reaches it. */
  manager: { name: string; present: string } | null;
  /** Commands whose failure does not matter: an earlier service ends. */
  beforeInstall: string[][];
  /** Commands after the file is there, and the ones that undo it, before and after it is gone. */
  install: string[][];
  uninstall: string[][];
  afterUninstall: string[][];
}

/** What makes ifrit-agent a service on this operating system. Pure: nothing is written or run. */
export function servicePlan(os: string, options: ServiceOptions): ServicePlan {
  if (os === "darwin") return launchdPlan(options);
  return os === "windows" ? windowsPlan(options) : systemdPlan(options);
}

function systemdPlan(options: ServiceOptions): ServicePlan {
  const unit = "ifrit-agent.service";
  return {
    file: `/etc/systemd/system/${unit}`,
    text: renderSystemdUnit(options),
    manager: {
      name: "systemd",
      present: "[ -d /run/systemd/system ] && command -v systemctl",
    },
    beforeInstall: [],
    // `enable --now` would leave an earlier program running.
    install: [
      ["systemctl", "daemon-reload"],
      ["systemctl", "enable", unit],
      ["systemctl", "restart", unit],
    ],
    uninstall: [["systemctl", "disable", "--now", unit]],
    afterUninstall: [["systemctl", "daemon-reload"]],
  };
}

function launchdPlan(options: ServiceOptions): ServicePlan {
  const file = `/Library/LaunchDaemons/${launchdLabel}.plist`;
  const stop = ["launchctl", "bootout", `system/${launchdLabel}`];
  return {
    file,
    text: renderLaunchdPlist(options),
    manager: { name: "launchd", present: "command -v launchctl" },
    // A job that is loaded already cannot be loaded again.
    beforeInstall: [stop],
    install: [["launchctl", "bootstrap", "system", file]],
    uninstall: [stop],
    afterUninstall: [],
  };
}

function windowsPlan(options: ServiceOptions): ServicePlan {
  const file = `${options.root}\\ifrit-agent-task.xml`;
  return {
    file,
    text: renderWindowsTask(options),
    manager: null,
    beforeInstall: [],
    install: [
      ["schtasks.exe", "/create", "/f", "/tn", "ifrit-agent", "/xml", file],
      ["schtasks.exe", "/run", "/tn", "ifrit-agent"],
    ],
    uninstall: [["schtasks.exe", "/delete", "/f", "/tn", "ifrit-agent"]],
    afterUninstall: [],
  };
}
