/**
 * Where to go after signing in: a path of this site, or the overview. Anything that a browser could
 * read as another origin ("//host", "/\host", "https:…") is not followed.
 */
export function safeCallback(callback: string, origin: string): string {
  if (!callback.startsWith("/")) return "/";
  try {
    const url = new URL(callback, origin);
    if (url.origin !== origin || url.pathname.startsWith("/sign-in")) return "/";
    return url.pathname + url.search + url.hash;
  } catch {
    return "/";
  }
}
