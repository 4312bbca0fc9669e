import { startServer } from "./lib/master/start-server.ts";

await startServer(process.env, import.meta.dirname);
