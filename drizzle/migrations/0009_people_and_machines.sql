CREATE TABLE `audit_witnesses` (
	`seq` bigint unsigned NOT NULL,
	`hash` char(64) NOT NULL,
	`at_ms` bigint unsigned NOT NULL,
	`key_id` varchar(16) NOT NULL,
	`signature` varchar(100) NOT NULL,
	`told` int unsigned NOT NULL,
	`machine_id` varchar(64) NOT NULL,
	`told_at_ms` bigint unsigned NOT NULL,
	CONSTRAINT `audit_witnesses_seq` PRIMARY KEY(`seq`)
);
--> statement-breakpoint
CREATE TABLE `token_sources` (
	`machine_id` varchar(64) NOT NULL,
	`now` json NOT NULL,
	`before` json,
	`suspected_at_ms` bigint unsigned NOT NULL DEFAULT 0,
	CONSTRAINT `token_sources_machine_id` PRIMARY KEY(`machine_id`)
);
--> statement-breakpoint
CREATE TABLE `user_identities` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`issuer` varchar(255) NOT NULL,
	`subject` varchar(255) NOT NULL,
	`created_at_ms` bigint unsigned NOT NULL,
	`last_sign_in_at_ms` bigint unsigned,
	CONSTRAINT `user_identities_id` PRIMARY KEY(`id`),
	CONSTRAINT `user_identities_subject_idx` UNIQUE(`issuer`,`subject`)
);
--> statement-breakpoint
ALTER TABLE `enrollment_tokens` MODIFY COLUMN `uses_left` int unsigned;--> statement-breakpoint
ALTER TABLE `enrollment_tokens` ADD `networks` json DEFAULT ('[]') NOT NULL;--> statement-breakpoint
ALTER TABLE `enrollment_tokens` ADD `labels` json DEFAULT ('{}') NOT NULL;--> statement-breakpoint
ALTER TABLE `enrollment_tokens` ADD `accept` varchar(16) DEFAULT 'automatic' NOT NULL;--> statement-breakpoint
ALTER TABLE `enrollment_tokens` ADD `revoked_at_ms` bigint unsigned;--> statement-breakpoint
ALTER TABLE `machines` ADD `status_reason` json;--> statement-breakpoint
ALTER TABLE `machines` ADD `token_instance` varchar(16) DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `machines` ADD `token_instance_at_ms` bigint unsigned DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `machines` ADD `token_at_ms` bigint unsigned DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `machines` ADD `counter_went_back_at_ms` bigint unsigned DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `machines` ADD `enrollment_token_id` bigint unsigned DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `machines` ADD `labels` json DEFAULT ('{}') NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `email` varchar(255) DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `groups` json DEFAULT ('[]') NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `groups_at_ms` bigint unsigned DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `user_identities_user_idx` ON `user_identities` (`user_id`);--> statement-breakpoint
CREATE INDEX `machines_enrollment_token_idx` ON `machines` (`enrollment_token_id`);