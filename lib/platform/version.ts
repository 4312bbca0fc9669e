import packageJson from "../../package.json" with { type: "json" };

/** Of ifrit's server, as a remote manage is told. */
export const serverVersion: string = packageJson.version;
