/**
 * A line for the person who started the command. `npm run up -- --detach` runs the work in a
 * background process, which hands its lines over until it is ready and then goes on in its log.
 */
export function say(line: string): void {
  if (process.connected && process.send) process.send({ line });
  else console.log(line);
}

export function sayError(text: string): void {
  if (process.connected && process.send) process.send({ error: text });
  else console.error(text);
}
