import type { NextConfig } from "next";

const config: NextConfig = {
  poweredByHeader: false,
  serverExternalPackages: ["mysql2", "ioredis", "pino", "prom-client", "@node-rs/argon2"],
};

export default config;
