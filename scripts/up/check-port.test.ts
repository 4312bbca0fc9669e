import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { UserError } from "../user-error.ts";
import { checkPort } from "./check-port.ts";
import { instanceUrl, readInstance } from "./instance.ts";

test("checkPort() names a taken port and the remedy", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const error = await checkPort("127.0.0.1", port).catch((thrown: unknown) => thrown);
  server.close();
  await once(server, "close");
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).message).toContain(`Port ${port} on 127.0.0.1 is taken`);
  expect((error as UserError).remedy).toContain("npm run up");
  await expect(checkPort("127.0.0.1", port)).resolves.toBeUndefined();
});

test("readInstance() honours PORT, HOST and IFRIT_DATA_DIR and refuses what is no port", () => {
  const instance = readInstance({ PORT: "4000", HOST: "::1", IFRIT_DATA_DIR: "/data/one" });
  expect(instance).toMatchObject({ port: 4000, host: "::1", dataDir: "/data/one" });
  expect(instanceUrl(instance)).toBe("http://[::1]:4000");
  expect(instanceUrl({ host: "0.0.0.0", port: 80 })).toBe("http://127.0.0.1:80");
  for (const PORT of ["0", "65536", "http", "3000x"])
    expect(() => readInstance({ PORT })).toThrow(UserError);
});
