import { once } from "node:events";
import { createServer } from "node:net";

const [first, last] = [20_000, 32_000];

/**
 * A port of 127.0.0.1 for a process that wants to be told its port. Below those that the kernel gives
 * out by itself: one of these may be taken by any connection before the process has it.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + Math.floor(Math.random() * (last - first));
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    return false;
  } finally {
    server.close();
  }
}
