import { runMain } from "./run-main.ts";
import { findMaster } from "./simulate/command/find-master.ts";
import { readCommand } from "./simulate/command/read-command.ts";
import { runSimulation } from "./simulate/command/run-simulation.ts";
import { readStateFile } from "./simulate/command/state-file.ts";
import { stopSignal } from "./up/stop-signal.ts";

const usualMachines = 1_000;

runMain(async () => {
  const options = readCommand(process.argv.slice(2));
  const signal = stopSignal();
  const memory = options.state ? readStateFile(options.state) : null;
  const machines = options.machines ?? memory?.machines ?? usualMachines;
  const master = await findMaster(options, { machines, memory }, process.env);
  return runSimulation(options, { ...master, machines, memory }, signal);
});
