import { queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import { apiPath, getQuery, postJson, requestJson, requestNothing } from "../api/queries.ts";
import {
  ChangePolicyView,
  type CreateFreezeRequest,
  FreezeView,
} from "../contract/change-control.ts";
import {
  type ChangeClusterRequest,
  CheckMasterAnswer,
  type CheckMasterRequest,
  type CreateCredentialRequest,
  CredentialCreated,
  CredentialList,
} from "../contract/cluster-views.ts";
import {
  ClusterDetail,
  ClusterList,
  ClusterView,
  type CreateClusterRequest,
  type CreateEnrollmentTokenRequest,
  EnrollmentTokenCreated,
} from "../contract/console-views.ts";
import { EnrollmentTokenList } from "../contract/machine-views.ts";

const at = (clusterId: string, rest = "") =>
  apiPath(`/clusters/${encodeURIComponent(clusterId)}${rest}`);
const json = { "content-type": "application/json" };

export function clustersQuery() {
  return queryOptions({
    ...getQuery(["clusters"], apiPath("/clusters"), ClusterList),
    staleTime: 10_000,
    refetchInterval: 30_000,
  });
}

export function clusterQuery(id: string) {
  return queryOptions({
    ...getQuery(["cluster", id], at(id), ClusterDetail),
    refetchInterval: 5_000,
  });
}

export function changePolicyQuery(id: string) {
  return queryOptions({
    ...getQuery(["change-policy", id], at(id, "/change-policy"), ChangePolicyView),
    refetchInterval: 10_000,
  });
}

export function credentialsQuery(id: string) {
  return queryOptions({
    ...getQuery(["master-credentials", id], at(id, "/credentials"), CredentialList),
    refetchInterval: 30_000,
    retry: false,
  });
}

export function clusterTokensQuery(id: string) {
  return queryOptions({
    ...getQuery(["cluster-tokens", id], at(id, "/enrollment-tokens"), EnrollmentTokenList),
    refetchInterval: 30_000,
    retry: false,
  });
}

export function checkMaster(request: CheckMasterRequest) {
  return postJson(apiPath("/clusters/check"), CheckMasterAnswer, request);
}

export function createCluster(request: CreateClusterRequest) {
  return postJson(apiPath("/clusters"), ClusterView, request);
}

export function changeCluster(id: string, change: ChangeClusterRequest) {
  const body = JSON.stringify(change);
  return requestJson(at(id), ClusterDetail, { method: "PATCH", headers: json, body });
}

export function removeCluster(id: string, confirm: string): Promise<void> {
  const path = apiPath(`/clusters/${encodeURIComponent(id)}`, { confirm });
  return requestNothing(path, { method: "DELETE" });
}

export function createCredential(id: string, request: CreateCredentialRequest) {
  return postJson(at(id, "/credentials"), CredentialCreated, request);
}

export function rotateCredential(id: string): Promise<void> {
  return requestNothing(at(id, "/credentials/rotate"), { method: "POST" });
}

export function revokeCredential(id: string, credential: number): Promise<void> {
  return requestNothing(at(id, `/credentials/${credential}`), { method: "DELETE" });
}

export function orderFreeze(request: CreateFreezeRequest) {
  return postJson(apiPath("/freezes"), FreezeView, request);
}

export function liftFreeze(freezeId: number): Promise<void> {
  return requestNothing(apiPath(`/freezes/${freezeId}`), { method: "DELETE" });
}

/** It takes nobody in any more; machines that it took in stay. */
export function revokeEnrollmentToken(clusterId: string, tokenId: number): Promise<void> {
  return requestNothing(at(clusterId, `/enrollment-tokens/${tokenId}`), { method: "DELETE" });
}

export function createEnrollmentToken(
  clusterId: string,
  request: z.input<typeof CreateEnrollmentTokenRequest>,
) {
  return postJson(at(clusterId, "/enrollment-tokens"), EnrollmentTokenCreated, request);
}
