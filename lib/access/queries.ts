import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import { apiPath, getQuery, postJson, requestJson, requestNothing } from "../api/queries.ts";
import {
  ApiTokenCreated,
  ApiTokenList,
  type ChangeUserRequest,
  ConfigView,
  type CreateApiTokenRequest,
  type CreateUserRequest,
  UserList,
  UserView,
} from "../contract/access-views.ts";
import { type ChangePasswordRequest, Me } from "../contract/console-views.ts";

export function meQuery() {
  return queryOptions({
    ...getQuery(["me"], apiPath("/me"), Me),
    staleTime: 60_000,
  });
}

export function changePassword(passwords: z.infer<typeof ChangePasswordRequest>): Promise<void> {
  return requestNothing(apiPath("/me/password"), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(passwords),
  });
}

const json = { "content-type": "application/json" };
const userPath = (username: string, rest = "") =>
  apiPath(`/users/${encodeURIComponent(username)}${rest}`);

export function apiTokensQuery() {
  return queryOptions({
    ...getQuery(["api-tokens"], apiPath("/tokens"), ApiTokenList),
    refetchInterval: 60_000,
  });
}

export function createApiToken(request: CreateApiTokenRequest) {
  return postJson(apiPath("/tokens"), ApiTokenCreated, request);
}

export function revokeApiToken(id: number): Promise<void> {
  return requestNothing(apiPath(`/tokens/${id}`), { method: "DELETE" });
}

export function usersQuery() {
  return queryOptions({
    ...getQuery(["users"], apiPath("/users"), UserList),
    ...{ refetchInterval: 60_000, retry: false },
  });
}

export function createUser(request: z.infer<typeof CreateUserRequest>) {
  return postJson(apiPath("/users"), UserView, request);
}

export function changeUser(username: string, change: ChangeUserRequest) {
  const body = JSON.stringify(change);
  return requestJson(userPath(username), UserView, { method: "PATCH", headers: json, body });
}

export function setPassword(username: string, password: string): Promise<void> {
  const body = JSON.stringify({ password });
  return requestNothing(userPath(username, "/password"), { method: "PUT", headers: json, body });
}

export function endSessions(username: string): Promise<void> {
  return requestNothing(userPath(username, "/sessions"), { method: "DELETE" });
}

export function linkIdentity(username: string, subject: string) {
  return postJson(userPath(username, "/identities"), UserView, { subject });
}

export function unlinkIdentity(username: string, identityId: number): Promise<void> {
  return requestNothing(userPath(username, `/identities/${identityId}`), { method: "DELETE" });
}

export function configQuery() {
  return queryOptions({
    ...getQuery(["config"], apiPath("/config"), ConfigView),
    refetchInterval: 15_000,
  });
}
