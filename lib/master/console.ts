import { existsSync } from "node:fs";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { dirname, join } from "node:path";
import type { Services } from "../platform/services.ts";

/** Next, behind our server. */
export type Console = {
  isReady: () => boolean;
  prepare: (server: Server) => Promise<void>;
  handle: (req: IncomingMessage, res: ServerResponse) => Promise<void>;
  close: () => Promise<void>;
};

/** The console from its build (`.next`), or built as it is asked for when NODE_ENV is development. */
export function openConsole(services: Services, startFolder: string): Console {
  const { log, env } = services;
  const dev = process.env.NODE_ENV === "development";
  const dir = findAppFolder(startFolder);
  let handler: ((req: IncomingMessage, res: ServerResponse) => Promise<void>) | null = null;
  let close = async () => {};
  return {
    isReady: () => handler !== null,
    async prepare(httpServer) {
      if (!dev && !existsSync(join(dir, ".next", "BUILD_ID"))) {
        log.error(
          { folder: dir },
          "the console is not built; run npm run build. Agents are served.",
        );
        return;
      }
      const { default: next } = await import("next");
      const open = (typeof next === "function" ? next : (next as { default: unknown }).default) as (
        options: object,
      ) => ReturnType<typeof import("next").default>;
      const app = open({ dev, dir, httpServer, hostname: env.HOST, port: env.PORT, quiet: true });
      await app.prepare();
      handler = app.getRequestHandler();
      close = () => app.close();
      log.info("console ready");
    },
    handle: (req, res) => (handler as NonNullable<typeof handler>)(req, res),
    close: () => close(),
  };
}

/** The server may run from the repository's root or bundled in dist/. */
function findAppFolder(startFolder: string): string {
  const candidates = [startFolder, dirname(startFolder), process.cwd()];
  return (
    candidates.find((folder) => existsSync(join(folder, ".next"))) ??
    candidates.find((folder) => existsSync(join(folder, "app"))) ??
    startFolder
  );
}
