import { Command, InvalidArgumentError, Option } from "commander";
import type { Behaviours } from "../behaviour/behaviours.ts";
import {
  parseCount,
  parseDurationMs,
  parseInstalled,
  parsePositive,
  parseTypes,
} from "./parse-values.ts";
import { parseShare, parseVersionRule, type ReasonedRule } from "./version-rule.ts";

/** What a person asked for. */
export type SimulateOptions = {
  /** Default: those of the state file, or a thousand. */
  machines?: number;
  master?: string;
  enrollmentToken?: string;
  cluster: string;
  name?: string;
  seed: number;
  types: Behaviours["types"];
  offline: number;
  comeAndGo: number;
  slow: number;
  installed: Behaviours["installed"][number][];
  fail: ReasonedRule[];
  crashLoop: ReasonedRule[];
  dark: ReasonedRule[];
  darkAtOnce: ReasonedRule[];
  eatMemory: ReasonedRule[];
  eatCpu: ReasonedRule[];
  timeScale: number;
  duration?: number;
  until?: "converged";
  state?: string;
  download?: boolean;
  spread?: number;
  connections: number;
  pipelining: number;
  json?: boolean;
  quiet?: boolean;
};

const examples = `
A rule is [agent@]version[=share]: log-agent@1.2.0=5% befalls 5 % of the machines that take it.

Examples:
  # a thousand machines in the cluster of npm run up, until Ctrl-C
  npm run simulate -- --machines 1000
  # a mixed fleet; 1.2.0 fails on 5 % of it, 1.3.0 eats memory everywhere; ten times as fast
  npm run simulate -- --machines 10000 --types LINUX=0.7,CONTAINER=0.2,ARM64=0.1 \\
    --offline 2% --slow 5% --fail 1.2.0=5% --eat-memory 1.3.0 --time-scale 10
  # the same fleet every time, ended by its convergence, with figures for a script
  npm run simulate -- --machines 500 --state fleet.json --until converged --duration 5m --json
  # another master
  IFRIT_ENROLLMENT_TOKEN=ife1_… npm run simulate -- --machines 100 --master https://ifrit.example.com
`;

/** @throws CommanderError; commander has then said what is wrong. */
export function readCommand(argv: readonly string[]): SimulateOptions {
  const command = new Command("npm run simulate --")
    .description("Plays a fleet of machines against a running ifrit-master, over HTTP.")
    .addOption(
      option("--machines <count>", "how many; default: those of --state, or 1000", parseCount),
    )
    .option("--master <url>", "default: the one that npm run up started here")
    .addOption(
      new Option("--enrollment-token <token>", "needed for a --master elsewhere").env(
        "IFRIT_ENROLLMENT_TOKEN",
      ),
    )
    .option("--cluster <id>", "of the local master, when no token is given", "local")
    .option("--name <name>", "begins the machines' ids; random by default")
    .addOption(
      option("--seed <number>", "the same noise and the same victims", parseCount).default(1),
    );
  addFleet(command);
  addVersions(command);
  addRun(command);
  command.addHelpText("after", examples);
  return command.parse(["node", "simulate", ...argv]).opts<SimulateOptions>();
}

function addFleet(command: Command): void {
  command
    .addOption(
      option("--types <shares>", "LINUX=0.7,ARM64=0.3", parseTypes).default(
        { LINUX: 1 },
        "LINUX=1",
      ),
    )
    .addOption(option("--offline <share>", "enrolled, never seen again", parseShare).default(0))
    .addOption(option("--come-and-go <share>", "leave now and then", parseShare).default(0))
    .addOption(option("--slow <share>", "ten times as slow", parseShare).default(0))
    .addOption(many("--installed <agent=version>", "runs from the beginning", parseInstalled));
}

function addVersions(command: Command): void {
  command
    .addOption(
      many(
        "--fail <rule>",
        "the change fails; a reason may follow: 1.2.0=5%:disk_full",
        parseVersionRule,
      ),
    )
    .addOption(
      many("--crash-loop <rule>", "passes its watch, then keeps exiting", parseVersionRule),
    )
    .addOption(many("--dark <rule>", "the machine is never heard of again", parseVersionRule))
    .addOption(many("--dark-at-once <rule>", "the same, before it can report", parseVersionRule))
    .addOption(many("--eat-memory <rule>", "grows by 100 MiB a minute", parseVersionRule))
    .addOption(many("--eat-cpu <rule>", "takes more than a core", parseVersionRule));
}

function addRun(command: Command): void {
  command
    .addOption(
      option("--time-scale <factor>", "machines live so much faster", parsePositive).default(1),
    )
    .addOption(option("--duration <time>", "90s, 5m, 2h; default: until Ctrl-C", parseDurationMs))
    .addOption(
      new Option("--until <event>", "ends early; exit code 1 if it did not come").choices([
        "converged",
      ]),
    )
    .option("--state <file>", "keeps the fleet there, or plays the one that is there")
    .option("--download", "fetch the archives and check their digests")
    .addOption(
      option("--spread <time>", "spread the first check-ins over so long", parseDurationMs),
    )
    .addOption(option("--connections <count>", "shared by the fleet", parseCount).default(16))
    .addOption(option("--pipelining <count>", "check-ins at once on each", parseCount).default(8))
    .option("--json", "the summary as JSON on stdout")
    .option("--quiet", "no progress on stderr");
}

function option<T>(flags: string, description: string, parse: (text: string) => T): Option {
  return new Option(flags, description).argParser((text) => explained(parse, text));
}

/** May be given more than once. */
function many<T>(flags: string, description: string, parse: (text: string) => T): Option {
  return new Option(flags, description)
    .argParser<T[]>((text, before) => [...(before ?? []), explained(parse, text)])
    .default([], "none");
}

function explained<T>(parse: (text: string) => T, text: string): T {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}
