CREATE TABLE `api_tokens` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`label` varchar(120) NOT NULL,
	`token_hash` char(64) NOT NULL,
	`permissions` json NOT NULL,
	`clusters` json NOT NULL,
	`agents` json NOT NULL,
	`created_at_ms` bigint unsigned NOT NULL,
	`expires_at_ms` bigint unsigned NOT NULL,
	`last_used_at_ms` bigint unsigned,
	`revoked_at_ms` bigint unsigned,
	CONSTRAINT `api_tokens_id` PRIMARY KEY(`id`),
	CONSTRAINT `api_tokens_hash_idx` UNIQUE(`token_hash`)
);
--> statement-breakpoint
CREATE TABLE `ended_sessions` (
	`id` varchar(36) NOT NULL,
	`expires_at_ms` bigint unsigned NOT NULL,
	CONSTRAINT `ended_sessions_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `release_approvals` (
	`release_id` bigint unsigned NOT NULL,
	`reasons` json NOT NULL,
	`state` varchar(16) NOT NULL,
	`asked_by` varchar(120) NOT NULL,
	`asked_at_ms` bigint unsigned NOT NULL,
	`expires_at_ms` bigint unsigned NOT NULL,
	`decided_by` varchar(120),
	`decided_at_ms` bigint unsigned,
	`remark` varchar(500) NOT NULL DEFAULT '',
	CONSTRAINT `release_approvals_release_id` PRIMARY KEY(`release_id`)
);
--> statement-breakpoint
CREATE INDEX `api_tokens_user_idx` ON `api_tokens` (`user_id`);--> statement-breakpoint
CREATE INDEX `ended_sessions_expiry_idx` ON `ended_sessions` (`expires_at_ms`);