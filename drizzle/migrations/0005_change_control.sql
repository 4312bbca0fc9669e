CREATE TABLE `change_windows` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`cluster_id` varchar(63) NOT NULL,
	`days` json NOT NULL,
	`opens_at` varchar(5) NOT NULL,
	`closes_at` varchar(5) NOT NULL,
	`time_zone` varchar(64) NOT NULL,
	CONSTRAINT `change_windows_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `cluster_limits` (
	`cluster_id` varchar(63) NOT NULL,
	`changing_max` int unsigned,
	`roll_back_changing_max` int unsigned,
	`seconds_between_changes` int unsigned NOT NULL DEFAULT 0,
	CONSTRAINT `cluster_limits_cluster_id` PRIMARY KEY(`cluster_id`)
);
--> statement-breakpoint
CREATE TABLE `freezes` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`cluster_id` varchar(63),
	`reason` varchar(500) NOT NULL,
	`owner` varchar(120) NOT NULL,
	`since_ms` bigint unsigned NOT NULL,
	`until_ms` bigint unsigned,
	`allows_roll_back` boolean NOT NULL DEFAULT true,
	`origin` varchar(8) NOT NULL,
	`lifted_at_ms` bigint unsigned,
	CONSTRAINT `freezes_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `holds` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`machine_id` varchar(64),
	`labels` json,
	`agent_name` varchar(63),
	`owner` varchar(120) NOT NULL,
	`reason` varchar(500) NOT NULL,
	`created_at_ms` bigint unsigned NOT NULL,
	`until_ms` bigint unsigned NOT NULL,
	CONSTRAINT `holds_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE INDEX `change_windows_cluster_idx` ON `change_windows` (`cluster_id`,`id`);--> statement-breakpoint
CREATE INDEX `freezes_lifted_idx` ON `freezes` (`lifted_at_ms`,`until_ms`);--> statement-breakpoint
CREATE INDEX `freezes_cluster_idx` ON `freezes` (`cluster_id`,`lifted_at_ms`);--> statement-breakpoint
CREATE INDEX `holds_until_idx` ON `holds` (`until_ms`);