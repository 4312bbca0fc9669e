import { say } from "../say.ts";

const usual = {
  IFRIT_DATA_DIR: ".ifrit/demo",
  PORT: "3100",
  /** Known to everybody: the demo listens on this machine only, unless HOST says otherwise. */
  IFRIT_ADMIN_PASSWORD: "ifrit demo password",
  IFRIT_POLL_SECONDS: "15",
  IFRIT_FAST_POLL_SECONDS: "5",
};

/** The caller's environment, and the demo's own data, port and pace where it names none. */
export function demoEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const given = Object.entries(env).filter(([, value]) => value !== undefined && value !== "");
  return { ...usual, ...Object.fromEntries(given) } as unknown as NodeJS.ProcessEnv;
}

export function showSignIn(env: NodeJS.ProcessEnv): void {
  say(`  Sign in as admin with the password: ${env.IFRIT_ADMIN_PASSWORD}`);
}
