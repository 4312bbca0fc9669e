import "server-only";
import { headers } from "next/headers";
import { services } from "../platform/services.ts";
import { readSession, type SignedIn } from "./session.ts";

/** For pages: who is signed in, or null. Routes get their actor from apiRoute(). */
export async function auth(): Promise<SignedIn | null> {
  return readSession(services(), (await headers()).get("cookie"));
}
