import { bigint, varchar } from "drizzle-orm/mysql-core";

/** Milliseconds since the epoch. Plain numbers, so that no driver or server time zone can shift them. */
export const epochMs = (name: string) => bigint(name, { mode: "number", unsigned: true });

export const autoId = (name = "id") =>
  bigint(name, { mode: "number", unsigned: true }).autoincrement().primaryKey();

export const idRef = (name: string) => bigint(name, { mode: "number", unsigned: true });

export const clusterId = (name = "cluster_id") => varchar(name, { length: 63 });
export const machineId = (name = "machine_id") => varchar(name, { length: 64 });
export const agentName = (name = "agent_name") => varchar(name, { length: 63 });
export const agentVersion = (name = "version") => varchar(name, { length: 64 });
export const machineType = (name = "machine_type") => varchar(name, { length: 16 });
