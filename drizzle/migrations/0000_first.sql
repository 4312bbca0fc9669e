CREATE TABLE `agents` (
	`name` varchar(63) NOT NULL,
	`description` varchar(500) NOT NULL DEFAULT '',
	`created_at_ms` bigint unsigned NOT NULL,
	CONSTRAINT `agents_name` PRIMARY KEY(`name`)
);
--> statement-breakpoint
CREATE TABLE `audit_log` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`at_ms` bigint unsigned NOT NULL,
	`actor_kind` varchar(16) NOT NULL,
	`actor` varchar(120) NOT NULL,
	`action` varchar(60) NOT NULL,
	`subject_kind` varchar(40) NOT NULL,
	`subject_id` varchar(190) NOT NULL,
	`cluster_id` varchar(63),
	`request_id` varchar(40) NOT NULL,
	`source` varchar(64) NOT NULL,
	`before` json,
	`after` json,
	CONSTRAINT `audit_log_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `clusters` (
	`id` varchar(63) NOT NULL,
	`name` varchar(120) NOT NULL,
	`master_url` varchar(500),
	`desired_revision` bigint unsigned NOT NULL DEFAULT 0,
	`built_revision` bigint unsigned NOT NULL DEFAULT 0,
	`generation` bigint unsigned NOT NULL DEFAULT 0,
	`built_at_ms` bigint unsigned NOT NULL DEFAULT 0,
	`created_at_ms` bigint unsigned NOT NULL,
	CONSTRAINT `clusters_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `desired_entries` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`release_id` bigint unsigned NOT NULL,
	`cluster_id` varchar(63) NOT NULL,
	`machine_type` varchar(16) NOT NULL,
	`agent_name` varchar(63) NOT NULL,
	`scope` varchar(8) NOT NULL,
	`machine_id` varchar(64),
	`batch` int unsigned,
	`batch_count` int unsigned,
	`ring_salt` varchar(40) NOT NULL DEFAULT '',
	`version` varchar(64),
	`timestamp_ms` bigint unsigned NOT NULL,
	CONSTRAINT `desired_entries_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `enrollment_tokens` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`cluster_id` varchar(63) NOT NULL,
	`label` varchar(120) NOT NULL,
	`token_hash` varchar(64) NOT NULL,
	`uses_left` int unsigned NOT NULL,
	`expires_at_ms` bigint unsigned NOT NULL,
	`created_by` varchar(120) NOT NULL,
	`created_at_ms` bigint unsigned NOT NULL,
	CONSTRAINT `enrollment_tokens_id` PRIMARY KEY(`id`),
	CONSTRAINT `enrollment_tokens_hash_idx` UNIQUE(`token_hash`)
);
--> statement-breakpoint
CREATE TABLE `leases` (
	`name` varchar(120) NOT NULL,
	`holder` varchar(64) NOT NULL,
	`fence` bigint unsigned NOT NULL,
	`expires_at_ms` bigint unsigned NOT NULL,
	CONSTRAINT `leases_name` PRIMARY KEY(`name`)
);
--> statement-breakpoint
CREATE TABLE `machine_agent_states` (
	`machine_id` varchar(64) NOT NULL,
	`agent_name` varchar(63) NOT NULL,
	`cluster_id` varchar(63) NOT NULL,
	`machine_type` varchar(16) NOT NULL,
	`slot` smallint unsigned NOT NULL,
	`phase` varchar(16) NOT NULL,
	`version` varchar(64),
	`target_version` varchar(64),
	`release_id` bigint unsigned,
	`pid` int unsigned,
	`started_at_ms` bigint unsigned,
	`restarts` int unsigned NOT NULL DEFAULT 0,
	`cpu_percent` double,
	`rss_bytes` bigint unsigned,
	`download_percent` double,
	`failure` json,
	`reported_at_ms` bigint unsigned NOT NULL,
	`changed_at_ms` bigint unsigned NOT NULL,
	CONSTRAINT `machine_agent_states_machine_id_agent_name_pk` PRIMARY KEY(`machine_id`,`agent_name`)
);
--> statement-breakpoint
CREATE TABLE `machines` (
	`id` varchar(64) NOT NULL,
	`cluster_id` varchar(63) NOT NULL,
	`type` varchar(16) NOT NULL,
	`platform` varchar(20) NOT NULL,
	`slot` smallint unsigned NOT NULL,
	`hostname` varchar(255) NOT NULL,
	`facts` json NOT NULL,
	`status` varchar(16) NOT NULL,
	`public_key` varchar(43) NOT NULL,
	`token_counter` bigint unsigned NOT NULL DEFAULT 0,
	`ifrit_agent_version` varchar(64) NOT NULL,
	`state_digest` varchar(32) NOT NULL DEFAULT '',
	`report_sequence` bigint unsigned NOT NULL DEFAULT 0,
	`enrolled_at_ms` bigint unsigned NOT NULL,
	`last_seen_at_ms` bigint unsigned NOT NULL DEFAULT 0,
	CONSTRAINT `machines_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `packages` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`agent_name` varchar(63) NOT NULL,
	`version` varchar(64) NOT NULL,
	`platform` varchar(20) NOT NULL,
	`sha256` varchar(64) NOT NULL,
	`size_bytes` bigint unsigned NOT NULL,
	`manifest` json NOT NULL,
	`uploaded_by` varchar(120) NOT NULL,
	`uploaded_at_ms` bigint unsigned NOT NULL,
	CONSTRAINT `packages_id` PRIMARY KEY(`id`),
	CONSTRAINT `packages_version_platform_idx` UNIQUE(`agent_name`,`version`,`platform`)
);
--> statement-breakpoint
CREATE TABLE `release_clusters` (
	`release_id` bigint unsigned NOT NULL,
	`cluster_id` varchar(63) NOT NULL,
	`position` int unsigned NOT NULL,
	`state` varchar(24) NOT NULL,
	`stage_index` int NOT NULL DEFAULT -1,
	`stage_opened_at_ms` json NOT NULL,
	`converged_at_ms` bigint unsigned,
	`verified_by` varchar(120),
	CONSTRAINT `release_clusters_release_id_cluster_id_pk` PRIMARY KEY(`release_id`,`cluster_id`)
);
--> statement-breakpoint
CREATE TABLE `release_events` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`release_id` bigint unsigned NOT NULL,
	`at_ms` bigint unsigned NOT NULL,
	`kind` varchar(40) NOT NULL,
	`detail` json NOT NULL,
	`actor` varchar(120) NOT NULL,
	CONSTRAINT `release_events_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `releases` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`agent_name` varchar(63) NOT NULL,
	`version` varchar(64),
	`plan` json NOT NULL,
	`state` varchar(24) NOT NULL,
	`state_reason` json,
	`timestamp_ms` bigint unsigned NOT NULL,
	`revision` bigint unsigned NOT NULL DEFAULT 0,
	`note` varchar(500) NOT NULL DEFAULT '',
	`created_by` varchar(120) NOT NULL,
	`created_at_ms` bigint unsigned NOT NULL,
	`finished_at_ms` bigint unsigned,
	CONSTRAINT `releases_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `users` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`username` varchar(120) NOT NULL,
	`display_name` varchar(120) NOT NULL,
	`role` varchar(16) NOT NULL,
	`password_hash` varchar(255) NOT NULL,
	`session_version` int unsigned NOT NULL DEFAULT 1,
	`disabled_at_ms` bigint unsigned,
	`created_at_ms` bigint unsigned NOT NULL,
	`last_sign_in_at_ms` bigint unsigned,
	CONSTRAINT `users_id` PRIMARY KEY(`id`),
	CONSTRAINT `users_username_idx` UNIQUE(`username`)
);
--> statement-breakpoint
CREATE INDEX `audit_log_subject_idx` ON `audit_log` (`subject_kind`,`subject_id`,`id`);--> statement-breakpoint
CREATE INDEX `audit_log_actor_idx` ON `audit_log` (`actor`,`id`);--> statement-breakpoint
CREATE INDEX `audit_log_action_idx` ON `audit_log` (`action`,`id`);--> statement-breakpoint
CREATE INDEX `desired_entries_cluster_idx` ON `desired_entries` (`cluster_id`,`id`);--> statement-breakpoint
CREATE INDEX `desired_entries_release_idx` ON `desired_entries` (`release_id`);--> statement-breakpoint
CREATE INDEX `desired_entries_version_idx` ON `desired_entries` (`agent_name`,`version`);--> statement-breakpoint
CREATE INDEX `machine_agent_states_progress_idx` ON `machine_agent_states` (`cluster_id`,`agent_name`,`machine_type`,`slot`,`version`,`phase`);--> statement-breakpoint
CREATE INDEX `machines_cluster_id_idx` ON `machines` (`cluster_id`,`id`);--> statement-breakpoint
CREATE INDEX `machines_cluster_type_slot_idx` ON `machines` (`cluster_id`,`type`,`slot`);--> statement-breakpoint
CREATE INDEX `machines_cluster_last_seen_idx` ON `machines` (`cluster_id`,`last_seen_at_ms`);--> statement-breakpoint
CREATE INDEX `machines_hostname_idx` ON `machines` (`hostname`);--> statement-breakpoint
CREATE INDEX `machines_status_idx` ON `machines` (`status`);--> statement-breakpoint
CREATE INDEX `packages_sha256_idx` ON `packages` (`sha256`);--> statement-breakpoint
CREATE INDEX `release_clusters_cluster_idx` ON `release_clusters` (`cluster_id`,`state`);--> statement-breakpoint
CREATE INDEX `release_events_release_idx` ON `release_events` (`release_id`,`id`);--> statement-breakpoint
CREATE INDEX `releases_agent_idx` ON `releases` (`agent_name`,`id`);--> statement-breakpoint
CREATE INDEX `releases_state_idx` ON `releases` (`state`,`id`);