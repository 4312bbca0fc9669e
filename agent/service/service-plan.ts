import { launchdLabel, renderLaunchdPlist } from "./render-launchd-plist.ts";
import { renderSystemdUnit, type ServiceOptions } from "./render-systemd-unit.ts";
import { renderWindowsTask } from "./render-windows-task.ts";

export interface ServicePlan {
  /** The file that tells the service manager, and its content. */
  file: string;
  text: string;
  /** Commands after the file is there, and the ones that undo it. */
  install: string[][];
  uninstall: string[][];
}

/** What makes ifrit-agent a service on this operating system. Pure: nothing is written or run. */
export function servicePlan(os: string, options: ServiceOptions): ServicePlan {
  if (os === "darwin") {
    const file = `/Library/LaunchDaemons/${launchdLabel}.plist`;
    return {
      file,
      text: renderLaunchdPlist(options),
      install: [["launchctl", "bootstrap", "system", file]],
      uninstall: [["launchctl", "bootout", `system/${launchdLabel}`]],
    };
  }
  if (os === "windows") {
    const file = `${options.root}\\ifrit-agent-task.xml`;
    return {
      file,
      text: renderWindowsTask(options),
      install: [["schtasks", "/create", "/f", "/tn", "ifrit-agent", "/xml", file]],
      uninstall: [["schtasks", "/delete", "/f", "/tn", "ifrit-agent"]],
    };
  }
  return {
    file: "/etc/systemd/system/ifrit-agent.service",
    text: renderSystemdUnit(options),
    install: [
      ["systemctl", "daemon-reload"],
      ["systemctl", "enable", "--now", "ifrit-agent.service"],
    ],
    uninstall: [["systemctl", "disable", "--now", "ifrit-agent.service"]],
  };
}
