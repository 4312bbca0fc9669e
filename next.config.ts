import type { NextConfig } from "next";
import createNextIntlPlugin from "next-intl/plugin";

const config: NextConfig = {
  poweredByHeader: false,
  // npm run verify checks types; a first start should not wait for it.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: ["mysql2", "ioredis", "pino", "prom-client", "@node-rs/argon2"],
};

export default createNextIntlPlugin("./lib/i18n/request.ts")(config);
