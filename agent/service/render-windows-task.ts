import { xml } from "./render-launchd-plist.ts";
import type { ServiceOptions } from "./render-systemd-unit.ts";

/**
 * The scheduled task that stands for a service on Windows: at boot, as SYSTEM, without a time limit,
 * started again every minute should it end. (A service proper would have to speak the service manager's
 * protocol, which a script cannot.)
 */
export function renderWindowsTask({ program, root }: ServiceOptions): string {
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.3" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>ifrit-agent keeps this machine's agents as its master wants them</Description>
  </RegistrationInfo>
  <Triggers>
    <BootTrigger>
      <Repetition>
        <Interval>PT1M</Interval>
      </Repetition>
    </BootTrigger>
  </Triggers>
  <Principals>
    <Principal id="system">
      <UserId>S-1-5-18</UserId>
      <RunLevel>HighestAvailable</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>255</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="system">
    <Exec>
      <Command>${xml(program)}</Command>
      <Arguments>guard --root "${xml(windowsArgument(root))}"</Arguments>
    </Exec>
  </Actions>
</Task>
`;
}

/** A quote cannot stand in a Windows path, and a backslash before the closing quote would escape it. */
function windowsArgument(path: string): string {
  if (path.includes('"')) throw new RangeError("a path must not contain quotes");
  return path.replace(/\\+$/, "");
}
