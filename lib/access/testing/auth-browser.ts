import type { Services } from "../../platform/services.ts";
import { handleAuth } from "../auth-handler.ts";
import { parseCookies, sessionCookieName } from "../session.ts";

/** As much of a browser as sign-in needs: cookies by origin, and redirects that are followed. */
export class AuthBrowser {
  readonly cookies = new Map<string, Map<string, string>>();

  constructor(
    private readonly services: Services,
    private readonly origin: string,
  ) {}

  /** The Cookie header for an origin. */
  cookieHeader(origin = this.origin): string {
    const jar = this.cookies.get(origin) ?? new Map<string, string>();
    return [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  get session(): string | null {
    const name = sessionCookieName(this.services.env);
    return parseCookies(this.cookieHeader())[name] ? this.cookieHeader() : null;
  }

  /** Where the provider is to be asked: what the button of the sign-in page leads to. */
  async begin(): Promise<URL> {
    const csrf = await this.ask(`${this.origin}/api/auth/csrf`);
    const { csrfToken } = (await csrf.json()) as { csrfToken: string };
    const answer = await this.ask(`${this.origin}/api/auth/signin/oidc`, {
      csrfToken,
      callbackUrl: `${this.origin}/`,
      json: "true",
    });
    return new URL(((await answer.json()) as { url: string }).url);
  }

  /** From the provider's first page, as `account`, back to ifrit; answers where that ends. */
  async through(start: URL, account: string): Promise<{ callback: URL | null; end: URL }> {
    let [at, callback] = [start, null as URL | null];
    for (let step = 0; step < 20; step += 1) {
      if (at.pathname === "/api/auth/callback/oidc") callback = at;
      const answer = await this.ask(at.href);
      const location = answer.headers.get("location");
      if (location) at = new URL(location, at);
      else if (at.origin === this.origin) return { callback, end: at };
      else at = await this.#answerForm(at, await answer.text(), account);
      if (at.origin === this.origin && !at.pathname.startsWith("/api/auth/"))
        return { callback, end: at };
    }
    throw new Error(`sign-in goes round in circles at ${at.href}`);
  }

  async #answerForm(at: URL, html: string, account: string): Promise<URL> {
    const [, path] = /<form[^>]*action="([^"]+)"/.exec(html) ?? [];
    const [, prompt] = /name="prompt" value="(\w+)"/.exec(html) ?? [];
    if (!path || !prompt) throw new Error(`no form at ${at.href}: ${html.slice(0, 300)}`);
    const answer = await this.ask(new URL(path, at).href, {
      prompt,
      login: account,
      password: "x",
    });
    const location = answer.headers.get("location");
    if (!location) throw new Error(`the form of ${at.href} leads nowhere`);
    return new URL(location, at);
  }

  /** One request; a form makes it a POST. ifrit is asked in this process. */
  async ask(href: string, form?: Record<string, string>): Promise<Response> {
    const url = new URL(href);
    const init = {
      method: form ? "POST" : "GET",
      headers: { cookie: this.cookieHeader(url.origin) },
      redirect: "manual" as const,
      ...(form ? { body: new URLSearchParams(form) } : {}),
    };
    const nextauth = url.pathname.split("/").slice(3);
    const answer =
      url.origin === this.origin
        ? await handleAuth(this.services, new Request(url, init), nextauth)
        : await fetch(url, init);
    this.#keep(url.origin, answer);
    return answer;
  }

  #keep(origin: string, answer: Response): void {
    const jar = this.cookies.get(origin) ?? new Map<string, string>();
    this.cookies.set(origin, jar);
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const [name = "", value = ""] = [
        pair.slice(0, pair.indexOf("=")),
        pair.slice(pair.indexOf("=") + 1),
      ];
      if (value === "" || /max-age=0\b/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
  }
}
