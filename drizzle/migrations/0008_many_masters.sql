CREATE TABLE `package_deletions` (
	`sha256` varchar(64) NOT NULL,
	`deleted_at_ms` bigint unsigned NOT NULL,
	CONSTRAINT `package_deletions_sha256` PRIMARY KEY(`sha256`)
);
--> statement-breakpoint
ALTER TABLE `freezes` ADD `order_key` varchar(36) NOT NULL;--> statement-breakpoint
ALTER TABLE `freezes` ADD `lifted_by` varchar(120) DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `holds` ADD `order_key` varchar(36) NOT NULL;--> statement-breakpoint
ALTER TABLE `holds` ADD `cluster_id` varchar(63);--> statement-breakpoint
ALTER TABLE `holds` ADD `origin` varchar(8) DEFAULT 'local' NOT NULL;--> statement-breakpoint
ALTER TABLE `master_credentials` ADD `label` varchar(120) DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `master_credentials` ADD `scope` varchar(8) DEFAULT 'orders' NOT NULL;--> statement-breakpoint
ALTER TABLE `master_credentials` ADD `expires_at_ms` bigint unsigned;--> statement-breakpoint
ALTER TABLE `master_credentials` ADD `last_used_at_ms` bigint unsigned;--> statement-breakpoint
ALTER TABLE `remote_masters` ADD `fleet` json;--> statement-breakpoint
ALTER TABLE `remote_masters` ADD `fleet_at_ms` bigint unsigned DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `remote_masters` ADD `lags` json;--> statement-breakpoint
UPDATE `freezes` SET `order_key` = UUID();--> statement-breakpoint
UPDATE `holds` SET `order_key` = UUID();--> statement-breakpoint
ALTER TABLE `freezes` ADD CONSTRAINT `freezes_key_idx` UNIQUE(`order_key`);--> statement-breakpoint
ALTER TABLE `holds` ADD CONSTRAINT `holds_key_idx` UNIQUE(`order_key`);--> statement-breakpoint
CREATE INDEX `package_deletions_time_idx` ON `package_deletions` (`deleted_at_ms`);