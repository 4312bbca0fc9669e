import { cookies, headers } from "next/headers";
import { getRequestConfig } from "next-intl/server";
import { chooseLocale, localeCookie } from "./locales.ts";

export default getRequestConfig(async () => {
  const locale = chooseLocale(
    (await cookies()).get(localeCookie)?.value,
    (await headers()).get("accept-language"),
  );
  const messages =
    locale === "zh-CN"
      ? (await import("../../messages/zh.json")).default
      : (await import("../../messages/en.json")).default;
  // Times are rendered in the reader's zone by the browser; this is only what the server assumes.
  return { locale, messages, timeZone: "UTC" };
});
