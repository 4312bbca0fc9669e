const [first, last] = [20_000, 32_000];

/**
 * A port of 127.0.0.1 for a daemon that wants to be told its port. Below those that the kernel gives
 * out by itself: one of these may be taken by any connection before the daemon has it.
 */
export function freePort(): number {
  for (;;) {
    const port = first + Math.floor(Math.random() * (last - first));
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}
