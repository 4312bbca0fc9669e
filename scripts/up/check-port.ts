import { createServer } from "node:net";
import { UserError } from "../user-error.ts";

/** @throws UserError when the server could not listen there. */
export async function checkPort(host: string, port: number): Promise<void> {
  const code = await tryToListen(host, port);
  if (code === null) return;
  if (code === "EADDRINUSE")
    throw new UserError(
      `Port ${port} on ${host} is taken by another program.`,
      `Choose another one, for example: PORT=${port < 65535 ? port + 1 : 3000} npm run up`,
    );
  if (code === "EACCES")
    throw new UserError(
      `This user may not listen on port ${port}.`,
      "Choose a port from 1024 on, for example: PORT=3000 npm run up",
    );
  throw new UserError(
    `This machine cannot listen on ${host} (${code}).`,
    "Set HOST to one of its addresses, or leave it out for 127.0.0.1.",
  );
}

function tryToListen(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)));
  });
}
