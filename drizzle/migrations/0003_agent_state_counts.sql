CREATE TABLE `agent_state_classes` (
	`id` bigint unsigned NOT NULL,
	`cluster_id` varchar(63) NOT NULL,
	`agent_name` varchar(63) NOT NULL,
	`machine_type` varchar(16) NOT NULL,
	`platform` varchar(20) NOT NULL,
	`phase` varchar(16),
	`version` varchar(64),
	`target_version` varchar(64),
	`release_id` bigint unsigned,
	`failure_reason` varchar(32),
	`failure_version` varchar(64),
	`restarted` boolean NOT NULL,
	`over_budget` boolean NOT NULL,
	`budget` varchar(64) NOT NULL,
	CONSTRAINT `agent_state_classes_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `agent_state_counts` (
	`class_id` bigint unsigned NOT NULL,
	`slot` smallint unsigned NOT NULL,
	`machines` int NOT NULL,
	CONSTRAINT `agent_state_counts_class_id_slot_pk` PRIMARY KEY(`class_id`,`slot`)
);
--> statement-breakpoint
DROP INDEX `machines_cluster_last_seen_idx` ON `machines`;--> statement-breakpoint
ALTER TABLE `machines` ADD `counted` boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `machines` ADD `counted_classes` json;--> statement-breakpoint
CREATE INDEX `agent_state_classes_agent_idx` ON `agent_state_classes` (`cluster_id`,`agent_name`,`machine_type`);--> statement-breakpoint
CREATE INDEX `machines_apart_idx` ON `machines` (`cluster_id`,`counted`,`status`,`type`,`last_seen_at_ms`,`slot`,`platform`);