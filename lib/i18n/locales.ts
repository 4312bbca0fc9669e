/** The console's languages. The choice is kept in a cookie; URLs are the same in every language. */
export const locales = ["en", "zh-CN"] as const;
export type Locale = (typeof locales)[number];

export const localeCookie = "ifrit-locale";

export function isLocale(value: string | undefined): value is Locale {
  return locales.some((locale) => locale === value);
}

/** The cookie decides; without one, the first language that the browser asks for and we have. */
export function chooseLocale(cookie: string | undefined, acceptLanguage: string | null): Locale {
  if (isLocale(cookie)) return cookie;
  for (const part of (acceptLanguage ?? "").split(",")) {
    const tag = part.split(";")[0]?.trim().toLowerCase() ?? "";
    if (tag.startsWith("zh")) return "zh-CN";
    if (tag.startsWith("en")) return "en";
  }
  return "en";
}
