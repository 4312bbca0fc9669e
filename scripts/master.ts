import { migrateDatabase } from "../drizzle/migrate.ts";
import { systemContext } from "../lib/platform/request-context.ts";
import { closeServices } from "../lib/platform/services.ts";
import { masterCommands } from "./master/commands.ts";
import { runMain } from "./run-main.ts";
import { readInstance } from "./up/instance.ts";
import { openInstanceServices } from "./up/open-instance-services.ts";

/** On a master, beside its database: what its own people decide, whatever manage says or is away. */
runMain(async () => {
  const command = masterCommands(process.argv.slice(2));
  const services = openInstanceServices(readInstance(process.env), process.env);
  try {
    await migrateDatabase(services.pool);
    await command(
      services,
      systemContext(process.env.SUDO_USER ?? process.env.USER ?? "master", "cli"),
    );
  } finally {
    await closeServices(services);
  }
  return 0;
});
