CREATE TABLE `known_bad` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`order_key` varchar(36) NOT NULL,
	`cluster_id` varchar(63),
	`origin` varchar(8) NOT NULL DEFAULT 'local',
	`agent_name` varchar(63) NOT NULL,
	`version` varchar(64),
	`sha256` varchar(64),
	`reason` varchar(500) NOT NULL,
	`cause` varchar(8) NOT NULL,
	`release_id` bigint unsigned,
	`marked_by` varchar(120) NOT NULL,
	`marked_at_ms` bigint unsigned NOT NULL,
	`lifted_at_ms` bigint unsigned,
	`lifted_by` varchar(120) NOT NULL DEFAULT '',
	`lifted_remark` varchar(500) NOT NULL DEFAULT '',
	CONSTRAINT `known_bad_id` PRIMARY KEY(`id`),
	CONSTRAINT `known_bad_key_idx` UNIQUE(`order_key`,`cluster_id`)
);
--> statement-breakpoint
CREATE INDEX `known_bad_agent_idx` ON `known_bad` (`agent_name`,`lifted_at_ms`);--> statement-breakpoint
CREATE INDEX `known_bad_lifted_idx` ON `known_bad` (`lifted_at_ms`);