/** Every kind of write, as the audit log names it. */
export const auditActions = [
  "cluster.created",
  "enrollment-token.created",
  "machine.enrolled",
  "machine.status-changed",
  "package.uploaded",
  "package.deleted",
  "release.created",
  "release.opened-to-cluster",
  "release.paused",
  "release.continued",
  "release.completed",
  "release.rolled-back",
  "release.aborted",
  "user.created",
  "user.password-changed",
  "user.signed-in",
  "user.sign-in-refused",
] as const;
export type AuditAction = (typeof auditActions)[number];
