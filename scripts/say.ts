import { appendFileSync } from "node:fs";

let logFile: string | null = null;

/**
 * A line for the person who started the command. `npm run up -- --detach` runs the work in a
 * background process: it hands its lines over until it is ready, and writes them to its log from then on.
 */
export function say(line: string): void {
  if (process.connected && process.send) process.send({ line });
  else if (logFile) appendFileSync(logFile, `${new Date().toISOString()} ${line}\n`);
  else console.log(line);
}

export function sayError(text: string): void {
  if (process.connected && process.send) process.send({ error: text });
  else if (logFile) appendFileSync(logFile, `${new Date().toISOString()} ${text}\n`);
  else console.error(text);
}

/** Where a background process writes what it has to say when nobody listens any more. */
export function logWhenAlone(file: string): void {
  if (process.send) logFile = file;
}
