/** Changes the console's language; the page must be rendered again afterwards. */
export function chooseLanguage(locale: "en" | "zh-CN"): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API needs HTTPS, which an intranet may not have
  document.cookie = `ifrit-locale=${locale}; path=/; max-age=31536000; samesite=lax`;
}
